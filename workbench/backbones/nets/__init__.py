"""What backbone families are made of. Only files directly inside `workbench.backbones` register families.

The registry imports this package but nothing inside it, so a module here may import torch.
"""

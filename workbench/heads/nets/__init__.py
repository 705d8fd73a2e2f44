"""What several heads share. Only files directly inside `workbench.heads` register heads.

The registry imports this package but nothing inside it, so a module here may import torch.
"""

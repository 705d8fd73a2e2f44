"""What is known of torchvision's networks before torch is there.

Features, parameters and multiplications are of the body, without the classifier, counted on the
built networks (tests recount them). File names, sizes and presets are those that torchvision
publishes as IMAGENET1K_V1: the first generation of its weights, which the transfer papers used.
"""

from __future__ import annotations

from typing import Literal

from workbench.backbones import IMAGENET, Card, Preset

PLACE = "https://download.pytorch.org/models/"
LICENCE = "BSD-3-Clause (torchvision); the terms of ImageNet may apply"
FAMILY = "torchvision"

# Smallest side in px that a forward pass survives; the others take the 16 px that a recipe may ask for.
MINIMUM_PX = {"alexnet": 63, "vgg": 32, "densenet": 29, "convnext": 32, "squeezenet": 17}


def minimum_px(name: str) -> int:
    """The smallest picture that the network called `name` can take."""
    return next((px for start, px in MINIMUM_PX.items() if name.startswith(start)), 1)


def patch_px(name: str) -> int:
    """The side of a vision transformer's patches; 0 for other networks."""
    return int(name.rpartition("_")[2]) if name.startswith("vit_") else 0


def _card(
    name: str, title: str, features: int, parameters: int, gflops: float, sha256: str, megabytes: float
) -> Card:
    size, resized, interpolation = _PRESETS.get(name, (224, 256, "bilinear"))
    file = f"{_FILE_STARTS.get(name, name)}-{sha256}.pth"
    return Card(
        name=name,
        title=title,
        family=FAMILY,
        features=features,
        parameters=parameters,
        gflops=gflops,
        image_size=size,
        preset=Preset(IMAGENET.mean, IMAGENET.std, interpolation, crop_fraction=size / resized),
        weights_file=file,
        weights_sha256=sha256,
        weights_mb=megabytes,
        licence=LICENCE,
        source=PLACE + file,
    )


# Where they differ from 224 px cut out of 256 px, bilinear.
_PRESETS: dict[str, tuple[int, int, Literal["bilinear", "bicubic"]]] = {
    "efficientnet_b0": (224, 256, "bicubic"),
    "efficientnet_b1": (240, 256, "bicubic"),
    "efficientnet_b2": (288, 288, "bicubic"),
    "efficientnet_b3": (300, 320, "bicubic"),
    "efficientnet_b4": (380, 384, "bicubic"),
    "swin_t": (224, 232, "bicubic"),
    "convnext_tiny": (224, 236, "bilinear"),
    "convnext_small": (224, 230, "bilinear"),
    "vit_l_16": (224, 242, "bilinear"),
}

# Where a published file does not begin with the network's name.
_FILE_STARTS = {
    "alexnet": "alexnet-owt",
    **{f"efficientnet_b{n}": f"efficientnet_b{n}_rwightman" for n in range(5)},
}

# Name, title, features, parameters, 1e9 multiplications, start of the file's SHA-256, MB.
CARDS = (
    _card("squeezenet1_1", "SqueezeNet 1.1", 512, 722_496, 0.263, "b8a52dc0", 4.7),
    _card("mobilenet_v3_small", "MobileNet V3 small", 576, 927_008, 0.055, "047dcff4", 9.8),
    _card("mobilenet_v2", "MobileNet V2", 1280, 2_223_872, 0.299, "b0353104", 13.6),
    _card("alexnet", "AlexNet", 9216, 2_469_696, 0.656, "7be5be79", 233.1),
    _card("mobilenet_v3_large", "MobileNet V3 large", 960, 2_971_952, 0.214, "8738ca79", 21.1),
    _card("regnet_y_400mf", "RegNetY 400 MF", 440, 3_903_144, 0.401, "c65dace8", 16.8),
    _card("efficientnet_b0", "EfficientNet B0", 1280, 4_007_548, 0.385, "7f5810bc", 20.5),
    _card("efficientnet_b1", "EfficientNet B1", 1280, 6_513_184, 0.686, "bac287d4", 30.1),
    _card("densenet121", "DenseNet-121", 1024, 6_953_856, 2.833, "a639ec97", 30.8),
    _card("efficientnet_b2", "EfficientNet B2", 1408, 7_700_994, 1.086, "c35c1473", 35.2),
    _card("vgg11", "VGG-11", 25088, 9_220_480, 7.485, "8a719046", 506.8),
    _card("vgg11_bn", "VGG-11, batch-norm", 25088, 9_225_984, 7.485, "6002323d", 506.9),
    _card("vgg13", "VGG-13", 25088, 9_404_992, 11.185, "19584684", 507.5),
    _card("vgg13_bn", "VGG-13, batch-norm", 25088, 9_410_880, 11.185, "abd245e5", 507.6),
    _card("regnet_y_1_6gf", "RegNetY 1.6 GF", 888, 10_313_430, 1.611, "b11a554e", 43.2),
    _card("efficientnet_b3", "EfficientNet B3", 1536, 10_696_232, 1.826, "b3899882", 47.2),
    _card("resnet18", "ResNet-18", 512, 11_176_512, 1.814, "f37072fd", 44.7),
    _card("densenet169", "DenseNet-169", 1664, 12_484_480, 3.358, "b2777c0a", 54.7),
    _card("vgg16", "VGG-16", 25088, 14_714_688, 15.347, "397923af", 527.8),
    _card("vgg16_bn", "VGG-16, batch-norm", 25088, 14_723_136, 15.347, "6c64b313", 527.9),
    _card("efficientnet_b4", "EfficientNet B4", 1792, 17_548_616, 4.392, "23ab8bcd", 74.5),
    _card("densenet201", "DenseNet-201", 1920, 18_092_928, 4.289, "c1103571", 77.4),
    _card("vgg19", "VGG-19", 25088, 20_024_384, 19.508, "dcbb9e9d", 548.1),
    _card("vgg19_bn", "VGG-19, batch-norm", 25088, 20_035_392, 19.508, "c79401a0", 548.1),
    _card("resnet34", "ResNet-34", 512, 21_284_672, 3.663, "b627a593", 83.3),
    _card("resnext50_32x4d", "ResNeXt-50 32x4d", 2048, 22_979_904, 4.228, "7cdf4587", 95.8),
    _card("resnet50", "ResNet-50", 2048, 23_508_032, 4.087, "0676ba61", 97.8),
    _card("swin_t", "Swin, tiny", 768, 27_519_354, 4.490, "704ceda3", 108.2),
    _card("convnext_tiny", "ConvNeXt, tiny", 768, 27_820_128, 4.455, "983f1562", 109.1),
    _card("resnet101", "ResNet-101", 2048, 42_500_160, 7.799, "63fe2227", 170.5),
    _card("convnext_small", "ConvNeXt, small", 768, 49_454_688, 8.683, "0c510722", 191.7),
    _card("resnet152", "ResNet-152", 2048, 58_143_808, 11.512, "394f9c45", 230.4),
    _card("wide_resnet50_2", "Wide ResNet-50-2", 2048, 66_834_240, 11.396, "95faca4d", 131.8),
    _card("vit_b_16", "Vision transformer B/16", 768, 85_798_656, 17.563, "c867db91", 330.3),
    _card("vit_b_32", "Vision transformer B/32", 768, 87_455_232, 4.408, "d86f8d99", 336.6),
    _card("wide_resnet101_2", "Wide ResNet-101-2", 2048, 124_837_696, 22.751, "32ee1156", 242.9),
    _card("vit_l_16", "Vision transformer L/16", 1024, 303_301_632, 61.554, "852ce7e3", 1161.0),
)

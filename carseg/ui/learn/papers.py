"""The papers behind the chapters, with links."""

_ARXIV = "https://arxiv.org/abs/"

PAPERS: dict[str, tuple[str, str]] = {
    "lecun": (
        "LeCun, Bottou, Bengio and Haffner 1998, Gradient-Based Learning Applied to Document "
        "Recognition",
        "https://doi.org/10.1109/5.726791",
    ),
    "arithmetic": (
        "Dumoulin and Visin 2016, A Guide to Convolution Arithmetic for Deep Learning, "
        "arXiv 1603.07285",
        _ARXIV + "1603.07285",
    ),
    "effective": (
        "Luo, Li, Urtasun and Zemel 2016, Understanding the Effective Receptive Field in Deep "
        "Convolutional Neural Networks, arXiv 1701.04128",
        _ARXIV + "1701.04128",
    ),
    "reach": (
        "Araujo, Norris and Sim 2019, Computing Receptive Fields of Convolutional Neural "
        "Networks, Distill",
        "https://doi.org/10.23915/distill.00021",
    ),
    "relu": (
        "Nair and Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines, ICML",
        "https://icml.cc/Conferences/2010/papers/432.pdf",
    ),
    "batchnorm": (
        "Ioffe and Szegedy 2015, Batch Normalization, arXiv 1502.03167",
        _ARXIV + "1502.03167",
    ),
    "dropout": (
        "Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, Dropout: A Simple Way "
        "to Prevent Neural Networks from Overfitting, JMLR 15",
        "https://jmlr.org/papers/v15/srivastava14a.html",
    ),
    "checkerboard": (
        "Odena, Dumoulin and Olah 2016, Deconvolution and Checkerboard Artifacts, Distill",
        "https://doi.org/10.23915/distill.00003",
    ),
    "segnet": (
        "Badrinarayanan, Kendall and Cipolla 2015, SegNet, arXiv 1511.00561",
        _ARXIV + "1511.00561",
    ),
    "fcn": (
        "Long, Shelhamer and Darrell 2014, Fully Convolutional Networks for Semantic "
        "Segmentation, arXiv 1411.4038",
        _ARXIV + "1411.4038",
    ),
    "unet": (
        "Ronneberger, Fischer and Brox 2015, U-Net, arXiv 1505.04597",
        _ARXIV + "1505.04597",
    ),
    "vgg": (
        "Simonyan and Zisserman 2014, Very Deep Convolutional Networks for Large-Scale Image "
        "Recognition, arXiv 1409.1556",
        _ARXIV + "1409.1556",
    ),
    "mobilenet": (
        "Sandler, Howard, Zhu, Zhmoginov and Chen 2018, MobileNetV2, arXiv 1801.04381",
        _ARXIV + "1801.04381",
    ),
    "imagenet": (
        "Russakovsky and others 2014, ImageNet Large Scale Visual Recognition Challenge, "
        "arXiv 1409.0575",
        _ARXIV + "1409.0575",
    ),
    "yosinski": (
        "Yosinski, Clune, Bengio and Lipson 2014, How Transferable Are Features in Deep Neural "
        "Networks?, arXiv 1411.1792",
        _ARXIV + "1411.1792",
    ),
    "ternaus": (
        "Iglovikov and Shvets 2018, TernausNet: U-Net with VGG11 Encoder Pre-Trained on ImageNet "
        "for Image Segmentation, arXiv 1801.05746",
        _ARXIV + "1801.05746",
    ),
    "distilling": (
        "Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network, "
        "arXiv 1503.02531",
        _ARXIV + "1503.02531",
    ),
    "dice": (
        "Dice 1945, Measures of the Amount of Ecologic Association Between Species, Ecology 26",
        "https://doi.org/10.2307/1932409",
    ),
    "jaccard": (
        "Jaccard 1912, The Distribution of the Flora in the Alpine Zone, New Phytologist 11",
        "https://doi.org/10.1111/j.1469-8137.1912.tb05611.x",
    ),
    "vnet": (
        "Milletari, Navab and Ahmadi 2016, V-Net, arXiv 1606.04797",
        _ARXIV + "1606.04797",
    ),
    "boundary": (
        "Cheng, Girshick, Dollár, Berg and Kirillov 2021, Boundary IoU, arXiv 2103.16562",
        _ARXIV + "2103.16562",
    ),
    "zeiler": (
        "Zeiler and Fergus 2013, Visualizing and Understanding Convolutional Networks, "
        "arXiv 1311.2901",
        _ARXIV + "1311.2901",
    ),
    "transformer": (
        "Chen and others 2021, TransUNet, arXiv 2102.04306",
        _ARXIV + "2102.04306",
    ),
}


def cite(*names: str) -> str:
    """Markdown that names papers of ``PAPERS`` with links."""
    shown = [f"[{PAPERS[name][0]}]({PAPERS[name][1]})" for name in names]
    return f"Source{'s' if len(shown) > 1 else ''}: {'; '.join(shown)}."

// How a loader varies the images that it gives: what may be asked for.
#pragma once

#include <array>
#include <optional>

namespace genotype::inline v0_1 {

/// The image, with `padding` black pixels around it, cut to its size at a random place. At most the image's shorter
/// side less one, so that something of it is always seen. PyTorch equivalent: `torchvision.transforms.RandomCrop(size,
/// padding)`. Source: He, Zhang, Ren, Sun, "Deep residual learning for image recognition" (CVPR 2016), section 4.2,
/// with 4.
struct RandomCrop {
    int padding = 4;
};

/// A part of the image at a random place, brought to the image's size: `scale` are the least and the largest share of
/// its area, `ratio` of the part's width to its height, whose logarithm is uniform. Where ten tries find no part that
/// lies inside, the largest in the middle whose sides are within `ratio`. Bilinear, as `resize`.
/// PyTorch equivalent: `torchvision.transforms.RandomResizedCrop(size, scale, ratio)` of a Pillow image.
/// Source: Szegedy et al., "Going deeper with convolutions" (CVPR 2015), section 6.
struct RandomResizedCrop {
    std::array<float, 2> scale{0.08f, 1.f};
    std::array<float, 2> ratio{0.75f, 4.f / 3};
};

/// With probability `p` the image's columns from right to left.
/// PyTorch equivalent: `torchvision.transforms.RandomHorizontalFlip(p)`.
struct RandomHorizontalFlip {
    float p = 0.5f;
};

/// With probability `p` a rectangle inside the image made black: `scale` are the least and the largest share of its
/// area, `ratio` of the rectangle's height to its width, whose logarithm is uniform. Where ten tries find none that is
/// smaller than the image, nothing.
/// PyTorch equivalent: `torchvision.transforms.RandomErasing(p, scale, ratio)`, before `Normalize`.
/// Source: Zhong, Zheng, Kang, Li, Yang, "Random erasing data augmentation" (AAAI 2020), arXiv:1708.04896.
struct RandomErasing {
    float p = 0.5f;
    std::array<float, 2> scale{0.02f, 0.33f};
    std::array<float, 2> ratio{0.3f, 3.3f};
};

/// A square of `size` pixels, whose centre is anywhere in the image, made black; what of it lies outside is not seen.
/// Source: DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017,
/// arXiv:1708.04552, with 16 on CIFAR-10's 32 x 32 pixels.
struct Cutout {
    int size = 16;
};

/// What a loader does to each image, in this order; by default nothing. One of the two crops at most.
///
///     Loader loader(images, {.augmentation = {.crop = RandomCrop{.padding = 4}, .flip = RandomHorizontalFlip{}}});
///
/// All work on the images' bytes, so what was in the dataset's `Range` stays in it, and black is its low end. Draws
/// depend on the loader's seed, the epoch and the image's number in the dataset alone, and those of one of these on no
/// other: not on batches, their order, or threads.
struct ImageAugmentation {
    std::optional<RandomCrop> crop = {};
    std::optional<RandomResizedCrop> resized_crop = {};
    std::optional<RandomHorizontalFlip> flip = {};
    std::optional<RandomErasing> erasing = {};
    std::optional<Cutout> cutout = {};

    /// Whether an image is given otherwise than it is.
    constexpr bool is_any() const { return crop || resized_crop || flip || erasing || cutout; }

    /// Calls visit(name, value, value where it is not asked for) for every option.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [cropped, resized, flipped, erased, cut] = *this;
        const RandomResizedCrop part = resized.value_or(RandomResizedCrop{{0, 0}, {0, 0}});
        const RandomErasing hole = erased.value_or(RandomErasing{0, {0, 0}, {0, 0}});
        visit("crop.padding", cropped ? cropped->padding : 0, 0);
        visit("resized_crop.scale.low", part.scale[0], 0.f);
        visit("resized_crop.scale.high", part.scale[1], 0.f);
        visit("resized_crop.ratio.low", part.ratio[0], 0.f);
        visit("resized_crop.ratio.high", part.ratio[1], 0.f);
        visit("flip.p", flipped ? flipped->p : 0.f, 0.f);
        visit("erasing.p", hole.p, 0.f);
        visit("erasing.scale.low", hole.scale[0], 0.f);
        visit("erasing.scale.high", hole.scale[1], 0.f);
        visit("erasing.ratio.low", hole.ratio[0], 0.f);
        visit("erasing.ratio.high", hole.ratio[1], 0.f);
        visit("cutout.size", cut ? cut->size : 0, 0);
    }
};

}  // namespace genotype::inline v0_1

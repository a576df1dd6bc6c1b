// Which pixels an enlarged image's are mixed from.
#pragma once

namespace genotype::inline v0_1::kernels {

/// Along one side an enlarged pixel is (1 - share) of the small pixel `first` and `share` of `second`.
struct BilinearMix {
    int first, second;
    float share;
};

/// One side of an image of `size` pixels, enlarged by `factor`: the middles of pixels lie over one another, and beyond
/// the middle of the last pixel it alone counts. PyTorch's align_corners=False.
struct BilinearSide {
    int size, factor;

    constexpr long enlarged() const { return static_cast<long>(size) * factor; }

    /// What `place` of the enlarged side is mixed from: its middle lies at (place + 1/2) / factor - 1/2.
    constexpr BilinearMix mix(long place) const {
        const long from_first = 2 * place + 1 - factor, from = from_first < 0 ? 0 : from_first;
        const int first = static_cast<int>(from / pixel());
        return {first, first + 1 < size ? first + 1 : first, part(from % pixel())};
    }

    /// Calls f(mix(place)) for all places in order, without its divisions.
    template <class F>
    void for_each(F f) const {
        int first = 0;
        long apart = 1 - factor;  // from its middle to that of the place
        for (long place = 0; place < enlarged(); ++place, apart += 2) {
            if (apart >= pixel()) {
                apart -= pixel();
                ++first;
            }
            f(BilinearMix{first, first + 1 < size ? first + 1 : first, part(apart < 0 ? 0 : apart)});
        }
    }

    /// How much of the small pixel is in `place`, as `mix` says it.
    constexpr float share(long place, int small) const {
        const long apart = 2 * place + 1 - (2L * small + 1) * factor;
        if ((small == 0 && apart < 0) || (small == size - 1 && apart > 0)) return 1;
        if (apart <= -pixel() || apart >= pixel()) return 0;
        return apart < 0 ? part(pixel() + apart) : 1 - part(apart);
    }

    /// The places that a small pixel can be part of, from `begin` to `end`, which is left out.
    struct Span {
        long begin, end;
    };
    constexpr Span readers(int small) const {
        const long begin = (small - 1L) * factor + factor / 2, end = begin + pixel();
        return {begin < 0 ? 0 : begin, end < enlarged() ? end : enlarged()};
    }

  private:
    /// From one small pixel's middle to the next, in halves of an enlarged one.
    constexpr long pixel() const { return 2L * factor; }
    constexpr float part(long apart) const { return static_cast<float>(apart) / static_cast<float>(pixel()); }
};

}  // namespace genotype::inline v0_1::kernels

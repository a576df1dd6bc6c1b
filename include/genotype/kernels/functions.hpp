// Small functions that elementwise kernels are given by name.
#pragma once

namespace genotype::inline v0_1::kernels {

/// x + y.
struct Add {
    template <class V>
    constexpr V operator()(V left, V right) const {
        return left + right;
    }
};

/// to = x, for kernels that change what is there.
struct Assign {
    template <class V>
    constexpr void operator()(V x, V& to) const {
        to = x;
    }
};

/// to = to + x.
struct AddTo {
    template <class V>
    constexpr void operator()(V x, V& to) const {
        to = to + x;
    }
};

/// x itself: copies, and sums of what is there.
struct Identity {
    template <class V>
    constexpr V operator()(V x) const {
        return x;
    }
};

/// x^2.
struct Square {
    template <class V>
    constexpr V operator()(V x) const {
        return x * x;
    }
};

/// The same number for each value, whatever that is.
struct Constant {
    float number;

    template <class V>
    constexpr V operator()(V) const {
        return V(number);
    }
};

/// What stands for the activation where a kernel that can apply one has none to apply.
struct NoActivation {
    template <class V>
    static constexpr V value(V x) {
        return x;
    }
    template <class V>
    static constexpr V derivative(V) {
        return V(1.f);
    }
};

}  // namespace genotype::inline v0_1::kernels

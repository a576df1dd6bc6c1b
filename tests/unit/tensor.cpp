// Arenas, tensors and views: who owns what, and where a value lies.
#include "genotype/memory/tensor.hpp"

#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/direct_convolution.hpp"

using namespace genotype;

static_assert(!std::is_copy_constructible_v<Arena<>> && std::is_nothrow_move_constructible_v<Arena<>>);
static_assert(!std::is_copy_constructible_v<Tensor<Shape<3>>> &&
              std::is_nothrow_move_constructible_v<Tensor<Shape<3>>>);
static_assert(std::is_trivially_copyable_v<View<Shape<3>>>);
static_assert(std::is_convertible_v<const Tensor<Shape<3>>&, View<Shape<3>>>);
static_assert(!std::is_convertible_v<const Tensor<Shape<3>>&, View<Shape<3, 1, 1>>>);

// A view says whose memory it shows. Devices on the host have one; a device of another memory shares it with what is
// made of it, and neither becomes the other.
struct Far : Cpu {
    static constexpr bool on_host = false;
};
struct Wrapper : Far {
    using Memory = Far;
};
static_assert(std::same_as<ViewOn<Shape<3>, Cpu>, View<Shape<3>>> &&
              std::same_as<ViewOn<Shape<3>, DirectConvolution<Reference>>, View<Shape<3>>>);
static_assert(std::same_as<ViewOn<Shape<3>, Wrapper>, ViewOn<Shape<3>, Far>>);
static_assert(!std::is_convertible_v<View<Shape<3>>, ViewOn<Shape<3>, Far>> &&
              !std::is_convertible_v<ViewOn<Shape<3>, Far>, View<Shape<3>>> &&
              !std::is_convertible_v<const Tensor<Shape<3>>&, ViewOn<Shape<3>, Far>>);
template <class V>
concept ReadByTheHost = requires(const V& view) {
    view(0, 0);
    view.values();
};
static_assert(ReadByTheHost<View<Shape<3>>> && !ReadByTheHost<ViewOn<Shape<3>, Far>>);

TEST_CASE("an arena is zero, lies on a line of 64 bytes, moves, and copies only when told") {
    Arena<> arena(37);
    CHECK(reinterpret_cast<std::uintptr_t>(arena.data()) % 64 == 0);
    for (long i = 0; i < 37; ++i) CHECK(arena.data()[i] == 0);
    arena.data()[5] = 5;
    const Arena<> copy = arena.clone();
    CHECK(copy.size() == 37);
    CHECK(copy.data() != arena.data());
    CHECK(copy.data()[5] == 5);

    float* const data = arena.data();
    Arena<> moved = std::move(arena);
    CHECK(moved.data() == data);
    CHECK(arena.data() == nullptr);
    CHECK(arena.size() == 0);
    Arena<> other(2);
    other = std::move(moved);
    CHECK(other.data() == data);
    CHECK(other.size() == 37);

    const volatile long nothing = 0;
    const Arena<> empty(nothing);
    CHECK(empty.data() == nullptr);
    CHECK(empty.clone().size() == 0);
}

TEST_CASE("an image lies as row, column, channel, and is read as channel, row, column") {
    Tensor<Shape<3, 4, 5>> images(2);
    CHECK(images.size() == 2 * 60);
    for (long i = 0; i < images.size(); ++i) images.data()[i] = static_cast<float>(i);
    const View<Shape<3, 4, 5>> view = images;
    for (int n = 0; n < 2; ++n)
        for (int c = 0; c < 3; ++c)
            for (int h = 0; h < 4; ++h)
                for (int w = 0; w < 5; ++w) {
                    CHECK(view(n, c, h, w) == static_cast<float>(((n * 4 + h) * 5 + w) * 3 + c));
                    CHECK(&images(n, c, h, w) == images.data() + ((n * 4 + h) * 5 + w) * 3 + c);
                    CHECK(std::as_const(images)(n, c, h, w) == view(n, c, h, w));
                }
}

TEST_CASE("issue 18.9: a video lies as frame, row, column, channel, and is read as channel, frame, row, column") {
    Tensor<Shape<2, 3, 4, 5>> videos(2);
    for (long i = 0; i < videos.size(); ++i) videos.data()[i] = static_cast<float>(i);
    const View<Shape<2, 3, 4, 5>> view = videos;
    CHECK(view(1, 1, 2, 3, 4) == 239);
    CHECK(view(0, 0, 1, 0, 0) == 40);
    CHECK(view(0, 1, 0, 2, 1) == 23);
    CHECK(&videos(1, 0, 0, 1, 0) == videos.data() + 120 + 10);
    CHECK(std::as_const(videos)(1, 0, 0, 1, 0) == 130);
    static_assert(!std::is_invocable_v<View<Shape<2, 3, 4, 5>>, int, int, int, int>);  // which frame?
    static_assert(!std::is_invocable_v<View<Shape<2, 3, 4>>, int, int, int, int, int>);
}

TEST_CASE("a view is of somebody else's memory") {
    Tensor<Shape<4>> rows(5);
    rows(3, 2) = 7;
    const auto some = rows.view().slice(2, 3);
    CHECK(some.batch == 3);
    CHECK(some.size() == 12);
    CHECK(some(1, 2) == 7);
    CHECK(&some.values()[0] == rows.data() + 8);
    CHECK(some.values().size() == 12);
    rows.values()[14] = 8;
    CHECK(some(1, 2) == 8);
    CHECK(Tensor<Shape<4>>().size() == 0);
    CHECK(Tensor<Shape<4>>(0).values().empty());
}

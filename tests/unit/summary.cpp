// A model as a table, and types' names as their users write them.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "genotype/genotype.hpp"
#include "support/dcgan.hpp"

using namespace genotype;

namespace users_own {
struct Swish : Activation<Swish> {};
template <float, int>
struct Bent : Swish {};
}  // namespace users_own

TEST_CASE("names") {
    CHECK(type_name<Conv<3, 64, 4, 2, 1>>().starts_with("Conv<3, 64, 4, 2, 1"));
    CHECK(type_name<BN<128>>() == "BN<128>");
    CHECK(type_name<ReLU>() == "ReLU");
    CHECK(type_name<LeakyReLU<0.2f>>() == "LeakyReLU<0.2f>");
    CHECK(type_name<Dropout<0.125f>>() == "Dropout<0.125f>");
    CHECK(type_name<Dropout<1e-5f>>() == "Dropout<1e-5f>");
    CHECK(type_name<users_own::Bent<-0.75f, 3>>() == "users_own::Bent<-0.75f, 3>");
    CHECK(type_name<Shape<3, 32, 32>>() == "Shape<3, 32, 32>");
    CHECK(type_name<Sequential<BN<3>, Sequential<LeakyReLU<0.2f>>, LeakyReLU<0.3f>>>() ==
          "Sequential<BN<3>, Sequential<LeakyReLU<0.2f>>, LeakyReLU<0.3f>>");
    CHECK(type_name<users_own::Swish>() == "users_own::Swish");
}

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines(1);
    for (const char letter : text)
        if (letter == '\n')
            lines.emplace_back();
        else
            lines.back() += letter;
    REQUIRE(lines.back().empty());
    lines.pop_back();
    return lines;
}

/// The words of a line, where two or more spaces are between them.
std::vector<std::string> columns_of(const std::string& line) {
    std::vector<std::string> columns;
    std::string word;
    for (std::size_t at = 0; at <= line.size(); ++at) {
        const bool gap = at == line.size() || line.compare(at, 2, "  ") == 0;
        if (!gap) {
            if (!word.empty() || line[at] != ' ') word += line[at];
        } else if (!word.empty()) {
            columns.push_back(word);
            word.clear();
        }
    }
    return columns;
}

using Columns = std::vector<std::string>;

}  // namespace

TEST_CASE("the generator") {
    const auto lines = lines_of(summary<dcgan::Generator, Shape<100, 1, 1>>(64));
    REQUIRE(lines.size() == 2 + 12 + 3);
    CHECK(columns_of(lines[0]) == Columns{"layer", "output", "parameters", "multiply-adds", "form, batch 64"});
    CHECK(columns_of(lines[2]) == Columns{"Sequential", "3 x 32 x 32"});
    CHECK(columns_of(lines[4]) == Columns{"1: BN<256>", "256 x 4 x 4", "512"});
    CHECK(columns_of(lines[5]) == Columns{"2: ReLU", "256 x 4 x 4"});
    const Columns convolution = columns_of(lines[6]);
    CHECK(convolution[0].starts_with("3: ConvT<256, 128, 4, 2, 1"));
    CHECK(Columns(convolution.begin() + 1, convolution.end()) ==
          Columns{"128 x 8 x 8", "524,288", "8,388,608", "Winograd F(4x4,2x2)"});
    CHECK(columns_of(lines[13]) == Columns{"10: Tanh", "3 x 32 x 32"});
    CHECK(columns_of(lines[15]) == Columns{"in all", "1,068,928", "17,973,248"});
    CHECK(lines[16].starts_with("parameters 4.28 MB, packed forms "));
    CHECK(lines[16].find("; for a batch of 64: training ") != std::string::npos);
    for (const std::string& line : lines) CHECK(line.find("\t") == std::string::npos);
}

namespace {

/// The column of forms, where a layer has one.
template <Layer Net, ShapeType In, class Device>
Columns forms(int batch) {
    Columns found;
    for (const std::string& line : lines_of(summary<Net, In, Device>(batch)))
        if (const Columns columns = columns_of(line); columns.size() == 5) found.push_back(columns[4]);
    return found;
}

}  // namespace

TEST_CASE("the forms of convolutions, which the batch and the device choose") {
    const std::string winograd = "Winograd F(4x4,2x2)", direct = "direct";
    using Noise = Shape<100, 1, 1>;
    using Image = Shape<3, 32, 32>;
    CHECK(forms<dcgan::Generator, Noise, Cpu>(64) == Columns{"form, batch 64", direct, winograd, winograd, direct});
    CHECK(forms<dcgan::Discriminator, Image, Cpu>(64) == Columns{"form, batch 64", direct, winograd, winograd, direct});
    CHECK(forms<dcgan::Generator, Noise, Cpu>(4) == Columns{"form, batch 4", direct, direct, winograd, direct});
    CHECK(forms<dcgan::Generator, Noise, DirectConvolution<Cpu>>(64) ==
          Columns{"form, batch 64", direct, direct, direct, direct});
    CHECK(forms<Sequential<Conv<64, 64, 3, 1, 1>>, Shape<64, 8, 8>, Cpu>(64) ==
          Columns{"form, batch 64", "Winograd F(4x4,3x3)"});
    CHECK(forms<Sequential<Conv<64, 64, 3, 1, 1>>, Shape<64, 14, 14>, Cpu>(64) ==
          Columns{"form, batch 64", "Winograd F(5x5,3x3)"});
    // The reference has no choice, and a Linear none either.
    CHECK(forms<dcgan::Generator, Noise, Reference>(64).empty());
    CHECK(forms<dcgan::Generator, Noise, DirectConvolution<Reference>>(64).empty());
    CHECK(forms<Sequential<Linear<4, 6>, Tanh>, Shape<4>, Cpu>(64).empty());
}

TEST_CASE("combinators, and what has no training of its own") {
    using Net = Sequential<Linear<4, 6>, Residual<Sequential<Linear<6, 3>>, Projection<Linear<6, 3>>>,
                           Repeat<2, Linear<3, 3, NoBias>, Tanh>>;
    std::vector<std::string> starts;
    for (const std::string& line : lines_of(summary<Net, Shape<4>>())) {
        std::string start = line.substr(0, line.find_first_of("<", 8));
        start.erase(start.find_last_not_of(' ') + 1);
        starts.push_back(
            columns_of(start).empty() ? "" : std::string(line.find_first_not_of(' ') / 2, '.') + columns_of(start)[0]);
    }
    const std::vector<std::string> expected{"Sequential",
                                            ".0: Linear",
                                            ".1: Residual",
                                            "..branch: Sequential",
                                            "...0: Sequential",
                                            "....0: Linear",
                                            "..projection: Sequential",
                                            "...0: Linear",
                                            ".2: Repeat",
                                            "..0: Sequential",
                                            "...0: Linear",
                                            "...1: Tanh",
                                            "..1: Sequential",
                                            "...0: Linear",
                                            "...1: Tanh"};
    CHECK(std::vector<std::string>(starts.begin() + 2, starts.end() - 3) == expected);

    const std::string of_vae = summary<VAE<784, 256, 20>, Shape<784>>(64);
    CHECK(of_vae.find("encoder: Sequential") != std::string::npos);
    CHECK(of_vae.find("decoder: Sequential") != std::string::npos);
    CHECK(of_vae.find("549,688") != std::string::npos);
    CHECK(of_vae.find("for a batch of 64: inference ") != std::string::npos);
    // The walk knows each layer's input: the latent, not the moments.
    std::vector<Dims> inputs;
    walk<VAE<8, 6, 2>>([&]<class L>(std::type_identity<L>, ChildName, int, Dims in, Dims) { inputs.push_back(in); },
                       vector_dims(8));
    CHECK(inputs[0] == vector_dims(8));
    CHECK(inputs[7] == vector_dims(2));
}

namespace {
struct moment : Given<Shape<1>> {};
struct label : Given<Class<10>> {};
struct condition : Name {};
struct skip : Name {};
struct inner : Name {};
}  // namespace

TEST_CASE("issue 18.3: names, who reads them, and what they cost") {
    using Block = Residual<Conv<8, 8, 3, 1, 1>, Modulate<condition, 16, 8>>;
    using Rounds = Repeat<2, Save<inner>, Tanh, Concat<inner, 8>, Conv<16, 8, 1>>;
    using Net = Sequential<Let<condition, Plus<Chain<Of<moment>, Linear<1, 16>>, Chain<Of<label>, Embedding<10, 16>>>>,
                           Conv<1, 8, 3, 1, 1>, Save<skip>, Block, Rounds, Concat<skip, 8>, Flatten,
                           Modulate<moment, 1, 256>, Linear<256, 1>>;
    const auto lines = lines_of(summary<Net, Shape<1, 4, 4>>(1000));
    const auto names =
        std::find_if(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("name "); });
    REQUIRE(lines.end() - names == 7);
    CHECK(columns_of(names[0]) == Columns{"name", "bound at", "shape", "value", "gradient", "read by"});
    // Of a thousand samples each: one float that is the caller's, 16, and 128.
    CHECK(columns_of(names[1]) == Columns{"moment", "given", "1", "0.00 MB", "on request", "condition.0.0.0, 5"});
    CHECK(columns_of(names[2]) == Columns{"label", "given", "1", "0.00 MB", "none", "condition.0.1.0"});
    CHECK(columns_of(names[3]) == Columns{"condition", "condition", "16", "0.06 MB", "0.06 MB", "1.branch.1"});
    CHECK(columns_of(names[4]) == Columns{"skip", "skip", "8 x 4 x 4", "0.51 MB", "0.51 MB", "3"});
    CHECK(columns_of(names[5]) == Columns{"inner", "2.0.inner", "8 x 4 x 4", "0.51 MB", "0.51 MB", "2.0.1"});
    CHECK(columns_of(names[6]) == Columns{"inner", "2.1.inner", "8 x 4 x 4", "0.51 MB", "0.51 MB", "2.1.1"});
    // The paths are those of the rows above.
    std::size_t rows = 0;
    for (const std::string& line : lines) rows += line.find("3: Concat<skip, 8>") != std::string::npos;
    CHECK(rows == 1);
}

TEST_CASE("a model without names has no table of them") {
    CHECK(summary<Sequential<Linear<4, 6>, Tanh>, Shape<4>>().find("read by") == std::string::npos);
}

// Which instruction does what, by their names.
#include <stdexcept>

#include "ptx/steps.hpp"

namespace ptx {
namespace {

using namespace steps;

using Table = std::map<std::string, Step, std::less<>>;

template <class T>
void add_arithmetic(Table& table, const std::string& type) {
    table["add." + type] = binary<Bits<T>, add>;
    table["sub." + type] = binary<Bits<T>, subtract>;
    table["mul.lo." + type] = binary<Bits<T>, multiply>;
    table["mad.lo." + type] = ternary<Bits<T>, multiply_add>;
    table["mul.hi." + type] = binary<T, high>;
    table["mad.hi." + type] = ternary<T, high_add>;
    table["div." + type] = binary<T, divide>;
    table["rem." + type] = binary<T, remain>;
    table["min." + type] = binary<T, least>;
    table["max." + type] = binary<T, most>;
    table["neg." + type] = unary<T, negative>;
    if constexpr (std::is_signed_v<T>) table["abs." + type] = unary<T, size_of>;
    table["shr." + type] = shift_right<T>;
    table["selp." + type] = select<T>;
    table["mov." + type] = move<Bits<T>, Bits<T>>;
}
template <class T>
void add_bits(Table& table, const std::string& type) {
    table["and." + type] = binary<T, bit_and>;
    table["or." + type] = binary<T, bit_or>;
    table["xor." + type] = binary<T, bit_xor>;
    table["not." + type] = unary<T, bit_not>;
    table["shl." + type] = shift_left<T>;
    table["shr." + type] = shift_right<T>;
    table["selp." + type] = select<T>;
}
template <class T>
void add_floats(Table& table, const std::string& type) {
    for (const char* rounding : {"", ".rn"}) {
        table[std::string("add") + rounding + "." + type] = binary<T, add>;
        table[std::string("sub") + rounding + "." + type] = binary<T, subtract>;
        table[std::string("mul") + rounding + "." + type] = binary<T, multiply>;
    }
    table["fma.rn." + type] = ternary<T, fused>;
    table["fma.rm." + type] = rounded<FE_DOWNWARD, T, fused>;
    table["fma.rz." + type] = rounded<FE_TOWARDZERO, T, fused>;
    table["add.rz." + type] = rounded<FE_TOWARDZERO, T, add>;
    table["add.rm." + type] = rounded<FE_DOWNWARD, T, add>;
    table["div.rn." + type] = binary<T, divide>;
    table["sqrt.rn." + type] = unary<T, root>;
    table["rcp.rn." + type] = unary<T, reciprocal>;
    table["rsqrt.approx." + type] = unary<T, reciprocal_root>;
    table["neg." + type] = unary<T, negative>;
    table["abs." + type] = unary<T, size_of>;
    table["min." + type] = binary<T, least>;
    table["max." + type] = binary<T, most>;
    table["copysign." + type] = binary<T, with_sign>;
    table["selp." + type] = select<T>;
    table["mov." + type] = copy<T>;
}
template <class T, auto compare>
void add_comparison(Table& table, const std::string& name, const std::string& type) {
    table["setp." + name + "." + type] = set_truth<T, compare, [](bool a, bool) { return a; }>;
    table["setp." + name + ".and." + type] = set_truth<T, compare, [](bool a, bool b) { return a && b; }>;
    table["setp." + name + ".or." + type] = set_truth<T, compare, [](bool a, bool b) { return a || b; }>;
}
template <class T>
void add_comparisons(Table& table, const std::string& type) {
    add_comparison<T, [](T a, T b) { return a == b; }>(table, "eq", type);
    add_comparison<T, [](T a, T b) { return a < b; }>(table, "lt", type);
    add_comparison<T, [](T a, T b) { return a <= b; }>(table, "le", type);
    add_comparison<T, [](T a, T b) { return b < a; }>(table, "gt", type);
    add_comparison<T, [](T a, T b) { return b <= a; }>(table, "ge", type);
    if constexpr (std::floating_point<T>) {
        add_comparison<T, [](T a, T b) { return a < b || b < a; }>(table, "ne", type);
        add_comparison<T, [](T a, T b) { return !(a < b || b < a); }>(table, "equ", type);
        add_comparison<T, [](T a, T b) { return a != b; }>(table, "neu", type);
        add_comparison<T, [](T a, T b) { return !(b <= a); }>(table, "ltu", type);
        add_comparison<T, [](T a, T b) { return !(b < a); }>(table, "leu", type);
        add_comparison<T, [](T a, T b) { return !(a <= b); }>(table, "gtu", type);
        add_comparison<T, [](T a, T b) { return !(a < b); }>(table, "geu", type);
        add_comparison<T, [](T a, T b) { return a == a && b == b; }>(table, "num", type);
        add_comparison<T, [](T a, T b) { return a != a || b != b; }>(table, "nan", type);
    } else {
        add_comparison<T, [](T a, T b) { return a != b; }>(table, "ne", type);
    }
}

/// Calls f.operator()<T>(name) for each type of a number.
template <class F>
void for_integers(const F& f) {
    f.template operator()<s16>("s16");
    f.template operator()<s32>("s32");
    f.template operator()<s64>("s64");
    f.template operator()<u16>("u16");
    f.template operator()<u32>("u32");
    f.template operator()<u64>("u64");
}
template <class F>
void for_floats(const F& f) {
    f.template operator()<float>("f32");
    f.template operator()<double>("f64");
}
template <class F>
void for_all_bits(const F& f) {
    f.template operator()<u16>("b16");
    f.template operator()<u32>("b32");
    f.template operator()<u64>("b64");
}

void add_conversions(Table& table) {
    for_integers([&]<class To>(const std::string& to) {
        const auto from_integer = [&]<class From>(const std::string& from) {
            table["cvt." + to + "." + from] = convert<To, From, Rounding::none>;
        };
        for_integers(from_integer);
        from_integer.template operator()<u8>("u8");
        from_integer.template operator()<std::int8_t>("s8");
        for_floats([&]<class From>(const std::string& from) {
            table["cvt.rni." + to + "." + from] = convert<To, From, Rounding::nearest>;
            table["cvt.rzi." + to + "." + from] = convert<To, From, Rounding::zero>;
            table["cvt.rmi." + to + "." + from] = convert<To, From, Rounding::down>;
            table["cvt.rpi." + to + "." + from] = convert<To, From, Rounding::up>;
        });
    });
    for_floats([&]<class To>(const std::string& to) {
        for_integers([&]<class From>(const std::string& from) {
            table["cvt.rn." + to + "." + from] = convert<To, From, Rounding::none>;
        });
        for_floats([&]<class From>(const std::string& from) {
            for (const char* rounding : {"", ".rn"})
                table[std::string("cvt") + rounding + "." + to + "." + from] = convert<To, From, Rounding::none>;
            table["cvt.rni." + to + "." + from] = convert<To, From, Rounding::nearest>;
            table["cvt.rzi." + to + "." + from] = convert<To, From, Rounding::zero>;
            table["cvt.rmi." + to + "." + from] = convert<To, From, Rounding::down>;
            table["cvt.rpi." + to + "." + from] = convert<To, From, Rounding::up>;
        });
    });
    table["cvt.u8.u32"] = table["cvt.u8.u16"] = convert<u8, u16, Rounding::none>;
    table["cvt.sat.f32.f32"] = saturate;
    table["cvt.rna.tf32.f32"] = to_tf32;
}

Table made_table() {
    Table table;
    for_integers([&]<class T>(const std::string& type) {
        add_arithmetic<T>(table, type);
        add_comparisons<T>(table, type);
    });
    for_all_bits([&]<class T>(const std::string& type) {
        add_bits<T>(table, type);
        add_comparisons<T>(table, type);
    });
    for_floats([&]<class T>(const std::string& type) {
        add_floats<T>(table, type);
        add_comparisons<T>(table, type);
    });
    add_conversions(table);
    table["and.pred"] = binary<u8, bit_and>;
    table["or.pred"] = binary<u8, bit_or>;
    table["xor.pred"] = binary<u8, bit_xor>;
    table["not.pred"] = unary<u8, [](u8 a) { return a == 0; }>;
    table["mov.pred"] = copy<u8>;
    table["mov.b16"] = copy<u16>;
    table["mov.b32"] = move<u32, u16>;
    table["mov.b64"] = move<u64, u32>;
    table["mul.wide.u16"] = wide<u16, u32, false>;
    table["mul.wide.s16"] = wide<s16, s32, false>;
    table["mul.wide.u32"] = wide<u32, u64, false>;
    table["mul.wide.s32"] = wide<s32, s64, false>;
    table["mad.wide.u32"] = wide<u32, u64, true>;
    table["mad.wide.s32"] = wide<s32, s64, true>;
    table["popc.b32"] = unary<u32, [](u32 a) { return std::popcount(a); }>;
    table["clz.b32"] = unary<u32, [](u32 a) { return std::countl_zero(a); }>;
    table["shf.l.wrap.b32"] = ternary<u32, funnel>;
    table["ex2.approx.f32"] = unary<float, exponential>;
    table["ex2.approx.ftz.f32"] = unary<float, exponential_ftz>;
    table["lg2.approx.f32"] = table["lg2.approx.ftz.f32"] = unary<float, logarithm>;
    table["rcp.approx.ftz.f32"] = unary<float, reciprocal_ftz>;
    table["rcp.approx.ftz.f64"] = unary<double, coarse_reciprocal>;
    table["add.cc.u32"] = in_many_words<false, true, sum_word>;
    table["addc.cc.u32"] = in_many_words<true, true, sum_word>;
    table["addc.u32"] = in_many_words<true, false, sum_word>;
    table["sub.cc.u32"] = in_many_words<false, true, difference_word>;
    table["subc.cc.u32"] = in_many_words<true, true, difference_word>;
    table["subc.u32"] = in_many_words<true, false, difference_word>;
    table["mad.lo.cc.u32"] = in_many_words<false, true, low_word>;
    table["madc.lo.cc.u32"] = in_many_words<true, true, low_word>;
    table["madc.hi.cc.u32"] = in_many_words<true, true, high_word>;
    table["madc.hi.u32"] = in_many_words<true, false, high_word>;
    table["prmt.b32"] = ternary<u32, chosen_bytes>;
    table["clz.b64"] = count_zeros;
    table["call"] = table["call.uni"] = call;
    table["bra"] = table["bra.uni"] = branch;
    table["ret"] = table["exit"] = end;
    table["bar.sync"] = table["barrier.sync"] = barrier;
    table["membar.cta"] = table["membar.gl"] = nothing;
    table["mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32"] = multiply_in_warp;
    for (const char* space : {"global", "local", "param", "const"})
        table[std::string("cvta.") + space + ".u64"] = table[std::string("cvta.to.") + space + ".u64"] = copy<u64>;
    table["cvta.shared.u64"] = from_shared;
    return table;
}

template <class T>
Step memory_step(bool loads, bool shared) {
    if (loads) return shared ? load<T, Space::shared> : load<T, Space::generic>;
    return shared ? store<T, Space::shared> : store<T, Space::generic>;
}

}  // namespace

Step step_of(std::string_view opcode, int& count) {
    static const Table table = made_table();
    if (const auto found = table.find(opcode); found != table.end()) return found->second;
    const bool loads = opcode.starts_with("ld."), stores = opcode.starts_with("st.");
    if (loads || stores) {
        const auto has = [&](std::string_view part) { return opcode.find(part) != std::string_view::npos; };
        count = has(".v4") ? 4 : has(".v2") ? 2 : 1;
        const bool shared = has(".shared");
        const std::string_view type = opcode.substr(opcode.rfind('.') + 1);
        const std::string_view bits = type.substr(1);
        if (bits == "64") return memory_step<u64>(loads, shared);
        if (bits == "32") return memory_step<u32>(loads, shared);
        if (bits == "16") return type[0] == 's' ? memory_step<s16>(loads, shared) : memory_step<u16>(loads, shared);
        if (bits == "8")
            return type[0] == 's' ? memory_step<std::int8_t>(loads, shared) : memory_step<u8>(loads, shared);
    }
    throw std::runtime_error("PTX: an instruction that is not known here: " + std::string(opcode));
}

}  // namespace ptx

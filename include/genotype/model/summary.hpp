// A model as a table: layers, shapes, parameters, multiply-adds, memory.
#pragma once

#include <cstdio>
#include <string>

#include "genotype/layers/cost.hpp"
#include "genotype/layers/form.hpp"
#include "genotype/model/type_name.hpp"
#include "genotype/model/walk.hpp"
#include "genotype/model/workspace.hpp"

namespace genotype {

/// Multiply-adds of one forward pass on one sample; a constant.
template <Layer Net, ShapeType In>
inline constexpr long multiply_adds = [] {
    long total = 0;
    walk<Net>(
        [&]<class L>(std::type_identity<L>, ChildName, int, Dims in, Dims out) {
            if constexpr (!Combinator<L>) total += multiply_adds_of_leaf<L>(in, out);
        },
        In::dims);
    return total;
}();

namespace detail {

inline std::string with_commas(long number) {
    std::string text = std::to_string(number);
    for (long at = static_cast<long>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

inline std::string shape_text(Dims dims) {
    std::string text = std::to_string(dims[0]);
    for (int axis = 1; axis < dims.rank; ++axis) text += " x " + std::to_string(dims[axis]);
    return text;
}

inline std::string megabytes(long floats) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f MB", static_cast<double>(floats) * sizeof(float) / 1e6);
    return text;
}

[[gnu::noinline]] inline std::string summary_row(const std::string& layer, const std::string& shape,
                                                 const std::string& parameters, const std::string& cost,
                                                 const std::string& form) {
    char text[192];
    std::snprintf(text, sizeof text, "%-44.44s %16s %14s %16s", layer.c_str(), shape.c_str(), parameters.c_str(),
                  cost.c_str());
    return text + (form.empty() ? "" : "  " + form) + "\n";
}

/// Everything about one layer's row but its type, so that all layers share one function.
struct SummaryRow {
    std::string_view raw_name;
    bool is_combinator;
    ChildName name;
    int depth;
    Dims out;
    long parameters, cost;
    const char* form;
};

[[gnu::noinline]] inline void add_row(std::string& text, const SummaryRow& row) {
    std::string label = readable_type_name(row.raw_name);
    if (row.is_combinator) label = label.substr(0, label.find('<'));
    if (row.depth > 0)
        label = (row.name.word ? std::string(row.name.word) : std::to_string(row.name.number)) + ": " + label;
    const auto number = [](long value) { return value > 0 ? with_commas(value) : std::string(); };
    text += summary_row(std::string(2 * static_cast<std::size_t>(row.depth), ' ') + label, shape_text(row.out),
                        number(row.is_combinator ? 0 : row.parameters), number(row.cost), row.form);
}

}  // namespace detail

/// The table for samples of shape `In`, with the memory of a batch of `batch` and the forms that its convolutions take.
/// PyTorch: torchinfo.summary. The numbers are constants of the type: `parameter_count<Net>`, `multiply_adds<Net, In>`,
/// `Workspace<Net, In, Mode>::floats(batch)`.
///
///     std::puts(summary<Generator, Shape<100, 1, 1>>().c_str());
template <Layer Net, ShapeType In, class Device = Cpu>
std::string summary(int batch = 1) {
    std::string text;
    bool has_forms = false;
    walk<Net>(
        [&]<class L>(std::type_identity<L>, ChildName name, int depth, Dims in, Dims out) {
            long cost = 0;
            const char* form = "";
            if constexpr (!Combinator<L>) {
                cost = multiply_adds_of_leaf<L>(in, out);
                form = form_of_leaf<L, Device>(in, out, batch);
            }
            if (*form) has_forms = true;
            detail::add_row(
                text, {detail::raw_type_name<L>(), Combinator<L>, name, depth, out, parameter_count<L>, cost, form});
        },
        In::dims);
    const std::string form = has_forms ? "form, batch " + std::to_string(batch) : "";
    const std::string line = std::string(has_forms ? 114 : 93, '-') + "\n";
    text = detail::summary_row("layer", "output", "parameters", "multiply-adds", form) + line + text + line +
           detail::summary_row("in all", "", detail::with_commas(parameter_count<Net>),
                               detail::with_commas(multiply_adds<Net, In>), "");
    text += "parameters " + detail::megabytes(parameter_floats<Net>()) + ", packed forms " +
            detail::megabytes(prepared_floats<Net, Device>()) + "; for a batch of " + std::to_string(batch) + ": ";
    if constexpr (requires { Net::template memory<Device, Training>(In::dims); })
        text += "training " + detail::megabytes(Workspace<Net, In, Training, Device>::floats(batch)) + ", ";
    return text + "inference " + detail::megabytes(Workspace<Net, In, Inference, Device>::floats(batch)) + "\n";
}

}  // namespace genotype

// A model as a table: layers, shapes, parameters, multiply-adds, memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "genotype/layers/cost.hpp"
#include "genotype/layers/form.hpp"
#include "genotype/network/children.hpp"
#include "genotype/network/summary_names.hpp"
#include "genotype/network/type_name.hpp"
#include "genotype/network/walk.hpp"
#include "genotype/network/workspace.hpp"

namespace genotype::inline v0_1 {

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

[[gnu::cold, gnu::noinline]] inline std::string with_commas(long number) {
    std::string text = concat(number);
    for (long at = static_cast<long>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

[[gnu::cold, gnu::noinline]] inline std::string summary_row(const std::string& layer, const std::string& shape,
                                                            const std::string& parameters, const std::string& cost,
                                                            const std::string& form) {
    char columns[192];
    std::snprintf(columns, sizeof columns, "%-44.44s %16s %14s %16s", layer.c_str(), shape.c_str(), parameters.c_str(),
                  cost.c_str());
    return concat(columns, form.empty() ? "" : "  ", form, "\n");
}

/// Everything about one layer's row but its type.
struct SummaryRow {
    std::string_view raw_name = {};
    bool is_combinator = false;
    ChildName name = {};
    int depth = 0;
    Dims in = {}, out = {};
    long parameters = 0, cost = 0;
    const char* (*form)(Dims in, Dims out, int batch) = nullptr;  // null where a leaf has none
    bool has_names = false;
};

/// The rows of a model: constants, so that nothing of the walk over its types is left for run time.
template <Layer Net, Dims In, class Device>
inline constexpr auto summary_rows = [] {
    constexpr std::size_t count = [] {
        std::size_t layers = 0;
        walk<Net>([&](auto, ChildName, int, Dims, Dims) { ++layers; }, In);
        return layers;
    }();
    std::array<SummaryRow, count> rows;
    std::size_t row = 0;
    walk<Net>(
        [&]<class L>(std::type_identity<L>, ChildName name, int depth, Dims in, Dims out) {
            rows[row] = {raw_type_name<L>(), Combinator<L>, name, depth, in, out, parameter_count<L>};
            if constexpr (!Combinator<L>) {
                rows[row].cost = multiply_adds_of_leaf<L>(in, out);
                if constexpr (requires { convolution_form(kernels::planned<Device>, L::geometry(in, out), 1); })
                    rows[row].form = &form_of_leaf<L, Device>;
            }
            rows[row].has_names = has_to_do_with_names<L>;
            ++row;
        },
        In);
    return rows;
}();

[[gnu::cold, gnu::noinline]] inline std::string summary_row(const SummaryRow& row, const char* form) {
    std::string label = readable_type_name(row.raw_name);
    if (row.is_combinator) label = label.substr(0, label.find('<'));
    if (row.depth > 0)
        label = concat(std::string(2 * static_cast<std::size_t>(row.depth), ' '), child_word(row.name), ": ", label);
    const auto number = [](long value) { return value > 0 ? with_commas(value) : std::string(); };
    return summary_row(label, shape_text(row.out), number(row.is_combinator ? 0 : row.parameters), number(row.cost),
                       form);
}

/// A whole model in numbers; the last four are floats of its memory.
struct SummaryTotals {
    long parameters, cost, parameter_floats, prepared_floats, training, inference;
    bool on_host;
};

[[gnu::cold, gnu::noinline]] inline std::string summary_table(std::span<const SummaryRow> rows, int batch,
                                                              const SummaryTotals& total) {
    std::string table;
    bool has_forms = false;
    for (const SummaryRow& row : rows) {
        const char* const form = row.form ? row.form(row.in, row.out, batch) : "";
        has_forms = has_forms || *form;
        table += summary_row(row, form);
    }
    const std::string form = has_forms ? concat("form, batch ", batch) : "";
    const std::string line(has_forms ? 114 : 93, '-');
    return concat(summary_row("layer", "output", "parameters", "multiply-adds", form), line, "\n", table, line, "\n",
                  summary_row("in all", "", with_commas(total.parameters), with_commas(total.cost), ""),
                  total.on_host ? "" : "in the device's memory: ", "parameters ", megabytes(total.parameter_floats),
                  ", packed forms ", megabytes(total.prepared_floats), "; for a batch of ", batch, ": ",
                  total.training > 0 ? concat("training ", megabytes(total.training), ", ") : "", "inference ",
                  megabytes(total.inference), "\n");
}

}  // namespace detail

/// The table for samples of shape `In`, with the memory of a batch of `batch`, planned for `Device`, and the forms that
/// its convolutions take. Of a model with names a second one says where each is bound, who reads it, and what its value
/// and the gradient by it take in training.
/// PyTorch: torchinfo.summary. The numbers are constants of the type: `parameter_count<Net>`, `multiply_adds<Net, In>`,
/// `Workspace<Net, In, Mode>::floats(batch)`.
///
///     std::puts(summary<Generator, Shape<100, 1, 1>>().c_str());
template <Layer Net, ShapeType In, class Device = Cpu>
std::string summary(int batch = 1) {
    if constexpr (infer<Net>(In::dims).fault) {
        return typename decltype(detail::output_verdict<Net, In>())::model{};
    } else {
        long training = 0;
        if constexpr (requires { Net::template memory<Device, Training>(In::dims); })
            training = Workspace<Net, In, Training, Device>::floats(batch);
        constexpr auto& rows = detail::summary_rows<Net, In::dims, Device>;
        std::string table =
            detail::summary_table(rows, batch,
                                  {parameter_count<Net>, multiply_adds<Net, In>, parameter_floats<Net>(),
                                   packed_bytes<Net, Device>() / long{sizeof(float)}, training,
                                   Workspace<Net, In, Inference, Device>::floats(batch), Device::on_host});
        if constexpr (std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.has_names; })) {
            detail::SummaryNames<> names;
            detail::collect_names<Net>(names, In::dims, "");
            table += detail::summary_of_names(names, batch);
        }
        return table;
    }
}

}  // namespace genotype::inline v0_1

#!/usr/bin/env python3
"""Each header, and each example, includes, itself or by what it includes, the header that declares what it names.

usage: includes.py INCLUDE FOLDER...      the headers of INCLUDE, and all files of the folders, which may lie in one another

It reads words and no syntax: names of the library's that few headers declare, at the beginning of a line and in no class,
and those of the standard library. Of #include lines without which a header alone does not compile it finds the lack of nine
in ten, and of some that other headers happen to include. What takes more to be seen the compiler finds, which reads each
header alone (headers.sh, tests/run.sh --all).
"""

import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.M)
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|'
                   r"^[ \t]*#[ \t]*include[^\n]*|\[\[[\w:, ]*\]\] ?", re.S | re.M)
TYPE = re.compile(r"^(?:template ?<.*> )?(?:class|struct|concept|enum class|using) (?:alignas\(\w+\) )?(\w+)\b(?! *::)", re.M)
MACRO = re.compile(r"^[ \t]*# *define (\w+)", re.M)
FUNCTION = re.compile(r"^(?!return|using|namespace|static_assert|template ?<)\w[\w:<>,&*\[\] ]*?[ &*>](\w+)\((?!\))|"
                      r"^(?!return|using|namespace)\w[\w:<>,&*\[\] ]+[ &*>](\w+)\(\)", re.M)
VALUE = re.compile(r"^(?:template ?<.*> )?(?:inline |static )*constexpr [\w:<>]+ (\w+)(?: =|\[|\{|;)", re.M)
# What classes declare, and parameters: members, enumerators, parameters and their defaults.
MEMBER = re.compile(r"^[ \t]+(?!return|throw|else|case)\w[\w:<>,&*\[\] ]*[ &*>](\w+)(?:\(|;| =|\{|\[)|"
                    r"^[ \t]+(\w+),$|[(,<] ?(?:const )?[\w:]+(?:<[^<>;]*>)?[&* .]+ ?(\w+)(?=[,)>=]| =)|, (\w+) = ", re.M)
# What a file has of its own: types, also in classes, templates' parameters, variables.
LOCAL = re.compile(r"\b(?<!friend )(?:class|typename|struct|concept|using|enum class|auto|int|bool)(?: ?\.\.\.)? (\w+)\b|"
                   r"(?:template ?<|, ?)[\w:]+(?:<[^<>]*>)?(?: ?\.\.\.)? (\w+)(?=[,>]| =)|"
                   r"(?<!return)[\w>&*] (\w+)(?=[,)]| :| =)|auto&? \[([\w, ]*)\]")
WORD = re.compile(r"(?<![\w.>:])(?<!->)(?:(?:genotype|kernels|detail|why|shape|io|reference)::)*([A-Za-z_]\w*)\b")

# The standard library's names, by the header that declares them.
STANDARD = """
algorithm: adjacent_find all_of any_of clamp copy copy_n count_if equal_range fill fill_n find_if is_sorted lower_bound
    make_heap max max_element merge min min_element minmax mismatch none_of nth_element partial_sort partition pop_heap
    push_heap remove_if replace reverse rotate shuffle sort stable_partition stable_sort transform unique upper_bound
array: array
atomic: atomic
bit: bit_cast bit_ceil bit_width countl_zero countr_zero endian has_single_bit popcount
charconv: from_chars to_chars
chrono: chrono
cmath: ceil cos erf exp expm1 floor fma fmod frexp hypot isfinite isinf isnan ldexp log log1p log2 lround nearbyint pow
    round sin sqrt tanh trunc
complex: complex
concepts: constructible_from convertible_to derived_from floating_point integral invocable same_as
condition_variable: condition_variable
csignal: raise signal
cstddef: byte max_align_t nullptr_t ptrdiff_t
cstdint: int16_t int32_t int64_t int8_t intmax_t intptr_t uint16_t uint32_t uint64_t uint8_t uintmax_t uintptr_t
cstdio: FILE fclose fopen fprintf fputs rename snprintf
cstdlib: abort aligned_alloc calloc exit free getenv malloc
cstring: memcmp memcpy memmove memset strerror strlen
deque: deque
exception: current_exception exception exception_ptr rethrow_exception uncaught_exceptions
filesystem: filesystem
fstream: fstream ifstream ofstream
functional: function greater hash less multiplies plus
initializer_list: initializer_list
iomanip: setfill setprecision setw
iostream: cerr cin cout
limits: numeric_limits
list: list
map: less map multimap
memory: addressof assume_aligned construct_at destroy_n make_shared make_unique shared_ptr unique_ptr weak_ptr
mutex: lock_guard mutex scoped_lock unique_lock
numbers: numbers
numeric: accumulate gcd inner_product iota lcm partial_sum reduce
optional: nullopt optional
queue: priority_queue queue
random: mt19937 mt19937_64 normal_distribution uniform_int_distribution
ratio: ratio
set: multiset set
span: span
sstream: istringstream ostringstream stringstream
stdexcept: domain_error invalid_argument length_error logic_error out_of_range overflow_error runtime_error
string: getline stoi string to_string
string_view: string_view
system_error: errc error_code generic_category system_error
thread: jthread this_thread thread
tuple: apply make_tuple tie tuple tuple_cat
type_traits: add_const_t bool_constant common_type_t conditional_t decay_t enable_if_t false_type integral_constant
    invoke_result_t is_base_of_v is_const_v is_constant_evaluated is_constructible_v is_convertible_v is_empty_v
    is_floating_point_v is_integral_v is_invocable_v is_same_v is_trivially_copyable_v is_void_v remove_const_t
    remove_cv_t remove_cvref_t remove_pointer_t remove_reference_t true_type type_identity underlying_type_t void_t
unordered_map: unordered_map
unordered_set: unordered_set
utility: as_const declval exchange forward in_place index_sequence index_sequence_for integer_sequence make_index_sequence
    make_pair move pair swap to_underlying
variant: get_if holds_alternative monostate variant visit
vector: vector
"""
# What a template calls and its user declares.
CUSTOMISED = {"option_word", "option_type", "save_checkpoint", "resume_checkpoint"}
C_WORDS = {"abs", "asm", "exp", "max", "namespace", "sqrt"}  # C++'s own, some of which kernels also declare for vectors

# What else a header of the standard library gives, by the standard's own words or in all of its implementations.
ALSO = {
    "filesystem": ["string", "string_view", "chrono", "system_error"],
    "fstream": ["string", "system_error"],
    "iostream": ["string"],
    "map": ["tuple"],
    "ratio": ["cstdint"],
    "sstream": ["string"],
    "stdexcept": ["exception", "string"],
    "string": ["string_view", "cstring"],
    "system_error": ["string", "stdexcept", "exception"],
    "thread": ["chrono"],
}


def main():
    include = Path(sys.argv[1])
    paths = {str(path.relative_to(include)): path for path in include.rglob("*.hpp")}
    for folder in map(Path, sys.argv[2:]):
        paths.update({str(path): path for end in ("cpp", "hpp") for path in folder.rglob(f"*.{end}")})
    names = sorted(paths)
    text, direct, declares, by_device = {}, {}, {}, set()
    for name in names:
        whole = paths[name].read_text()
        text[name] = NOISE.sub("", whole)
        beside = {one: str(paths[name].parent / one) for one in INCLUDE.findall(whole)}
        direct[name] = [beside[one] if beside[one] in paths else one for one in beside]
        found = {*TYPE.findall(text[name]), *VALUE.findall(text[name]), *MACRO.findall(text[name])}
        functions = {one or other for one, other in FUNCTION.findall(text[name])}
        found |= functions
        if name.startswith("genotype/kernels/"):
            by_device |= functions
        for one in found if name.endswith(".hpp") else ():
            declares.setdefault(one, set()).add(name)

    reached = {}

    def reach(name):
        if name not in reached:
            reached[name] = {name}
            for other in direct.get(name, ALSO.get(name, ())):
                reached[name] |= reach(other)
        return reached[name]

    sys.setrecursionlimit(10 * len(names) + 1000)
    # A word that is a member's or a parameter's somewhere is not told from it without its syntax.
    elsewhere = {one for name in names for groups in MEMBER.findall(text[name]) for one in groups}
    where = {one: files for one, files in declares.items()
             if len(files) <= 8 and len(one) > 2 and (one not in elsewhere or one[0].isupper())
             and one not in CUSTOMISED | C_WORDS and not one.startswith("__")}
    standard, header = {}, ""
    for word in STANDARD.split():
        if word.endswith(":"):
            header = word[:-1]
        else:
            standard[word] = header

    faults = 0
    for name in names:
        missing = {}
        local = {one for groups in LOCAL.findall(text[name]) for words in groups for one in re.findall(r"\w+", words)}
        for word in set(WORD.findall(text[name])) - local:
            files = where.get(word)
            if not files or files & reach(name):
                continue
            # Which of the devices' functions is called, the device says where it is known.
            of_kernels = name.startswith("genotype/kernels/")
            if word not in by_device or of_kernels and any(Path(one).parent == Path(name).parent for one in files):
                missing.setdefault(min(files), word)
        for word in set(re.findall(r"\bstd::(\w+)", text[name])):
            if word in standard and standard[word] not in reach(name):
                missing.setdefault(standard[word], f"std::{word}")
        for header, word in sorted(missing.items()):
            print(f"FAULT {name}: {word} without <{header}>")
            faults += 1
    if faults:
        sys.exit(f"{faults} names of which a file does not include the header.")
    print(f"{len(names)} files include what declares the names that they use; {len(where)} names of the library's.")


main()

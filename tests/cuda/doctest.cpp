// What doctest is, for programs with a main function of their own.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

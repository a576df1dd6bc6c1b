// A wrong program that is told so as it should be.
// verdict: ok
// expect: four is not
// expect: five
static_assert(sizeof(char[4]) == 5, "four is not five");  // <- here
int main() {}

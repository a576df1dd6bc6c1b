// A right program: it must not pass for a wrong one.
// verdict: it compiles
// expect: anything
int main() { return 0; }  // <- here

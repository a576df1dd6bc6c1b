// The compiler names another line.
// verdict: no diagnostic names line 6
// expect: four is not
static_assert(sizeof(char[4]) == 5, "four is not five");

int main() {}  // <- here

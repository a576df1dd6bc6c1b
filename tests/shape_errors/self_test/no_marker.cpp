// Nobody said which line is at fault.
// verdict: the file has no line marked
// expect: four is not
static_assert(sizeof(char[4]) == 5, "four is not five");
int main() {}

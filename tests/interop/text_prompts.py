"""Prompts of different kinds for text.py: what a tokenizer and a model may meet."""

SHIP = ("sailed north", "lay at anchor", "lost a mast", "took on water", "met a whaler", "ran before the wind",
        "waited for the tide", "was painted white", "carried salt and wool", "turned back")
SIGHT = ("a grey coast", "nothing but rain", "three islands", "the lights of a harbour", "ice", "a flock of terns",
         "smoke in the west")

PROMPTS = {
    "prose": "The old lighthouse keeper climbed the stairs one last time, and when he reached the lamp he",
    "question": "What is the capital of France, and why did it become the capital?",
    "cpp": "#include <vector>\n#include <algorithm>\n\n// Returns the largest element, or -1.\n"
           "int largest(const std::vector<int>& values) {\n    ",
    "python": "def fibonacci(n: int) -> int:\n    \"\"\"Return the n-th Fibonacci number.\"\"\"\n    if n < 2:\n        ",
    "chinese": "人人生而自由，在尊严和权利上一律平等。他们赋有",
    "japanese": "すべての人間は、生まれながらにして自由であり、かつ、",
    "arabic": "يولد جميع الناس أحرارًا متساوين في الكرامة",
    "hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में",
    "emoji": "🎉🎉 Happy birthday!! 👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 ❤️‍🔥",
    "digits": "3.14159265358979 1 22 333 4444 1,000,000 2024-11-25 0x1F 7 + 8 = ",
    "letter": "a",
    "spaces": "left          right     12        \n\n\n        \t\tend   ",
    "list": "Shopping list:\n- apples\n- bread\n- milk\n- ",
    "json": '{"name": "Ada", "born": 1815, "languages": ["en", "fr"], "works": [{"title": "',
    "verse": "ROMEO:\nBut, soft! what light through yonder window breaks?\nIt is the east, and ",
    "chat": "<|im_start|>system\nYou are a helpful AI assistant.<|im_end|>\n<|im_start|>user\n"
            "Name three primary colours.<|im_end|>\n<|im_start|>assistant\n",
    "markdown": "# Installation\n\n1. Download the *archive*\n2. Run `make`\n\n| option | meaning |\n|---|---|\n| `-v` | ",
    "german": "Übermorgen fährt der größte Zug über die Brücke nach Köln, weil",
    "mathematics": "Let $f(x) = x^2 - 3x + 2$. The roots of $f$ are $x = ",
    "long": "".join(f"On day {day} the ship {SHIP[day * 7 % 10]}, and at noon we saw {SIGHT[day * 5 % 7]}. "
                    for day in range(1, 31)) + "On day 31",
}

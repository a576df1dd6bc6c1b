"""Conversations as transformers writes them, and as genotype does: forms of chat templates, and Jinja's parts one by one.
usage: chat_templates.py INTEROP_TEXT_FILES
The forms are written from what their models' pages say of them; no file of a model's is here."""
import json
import subprocess
import sys

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

FORMS = {
    "ChatML": """{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>' + '\n' }}{% endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}""",
    "ChatML with a system's message of its own": """{%- if messages[0].role != 'system' -%}
    {{- "<|im_start|>system\nAnswer well.<|im_end|>\n" -}}
{%- endif -%}
{%- for m in messages -%}
    {{- "<|im_start|>" ~ m["role"] ~ "\n" ~ m["content"] | trim ~ "<|im_end|>\n" -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ "<|im_start|>assistant\n" }}{%- endif -%}""",
    "Llama 2": """{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% set system = messages[0]['content'] %}
{%- else %}{% set rest = messages %}{% set system = false %}{% endif %}
{%- for m in rest %}
{%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('user and assistant must take turns') }}{% endif %}
{%- if loop.index0 == 0 and system != false %}{% set text = '<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' + m['content'] %}
{%- else %}{% set text = m['content'] %}{% endif %}
{%- if m['role'] == 'user' %}{{ bos_token + '[INST] ' + text.strip() + ' [/INST]' }}
{%- elif m['role'] == 'assistant' %}{{ ' ' + text.strip() + ' ' + eos_token }}{% endif %}
{%- endfor %}""",
    "Llama 3": """{% for m in messages %}{% set text = '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set text = bos_token + text %}{% endif %}{{ text }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}""",
    "Llama 3.1 with tools": """{{- bos_token }}
{%- if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') if false else '26 Jul 2024' %}{% endif %}
{%- if not tools is defined %}{% set tools = none %}{% endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content'] | trim %}{%- set messages = messages[1:] %}
{%- else %}{%- set system = '' %}{%- endif %}
{{- '<|start_header_id|>system<|end_header_id|>\n\n' }}
{%- if tools is not none %}{{- 'Environment: ipython\n' }}{%- endif %}
{{- 'Today Date: ' + date_string + '\n\n' + system + '<|eot_id|>' }}
{%- if tools is not none %}
    {%- set first = messages[0]['content'] | trim %}{%- set messages = messages[1:] %}
    {{- '<|start_header_id|>user<|end_header_id|>\n\n' }}
    {%- for t in tools %}{{- t | tojson(indent=4) }}{{- '\n\n' }}{%- endfor %}
    {{- first + '<|eot_id|>' }}
{%- endif %}
{%- for m in messages %}
    {%- if not (m.role == 'ipython' or m.role == 'tool' or 'tool_calls' in m) %}
        {{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in m %}
        {%- if not m.tool_calls | length == 1 %}{{- raise_exception('one call at a time') }}{%- endif %}
        {%- set call = m.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\n\n{"name": "' + call.name + '", "parameters": ' }}
        {{- call.arguments | tojson }}{{- '}<|eot_id|>' }}
    {%- else %}
        {{- '<|start_header_id|>ipython<|end_header_id|>\n\n' }}
        {%- if m.content is mapping or m.content is iterable and m.content is not string %}{{- m.content | tojson }}
        {%- else %}{{- m.content }}{%- endif %}
        {{- '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}""",
    "Mistral": """{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}{% elif m['role'] == 'assistant' %}{{ m['content'] + eos_token }}{% else %}{{ raise_exception('only user and assistant') }}{% endif %}{% endfor %}""",
    "Mistral with tools": """{%- if messages[0]["role"] == "system" %}{%- set system = messages[0]["content"] %}{%- set turns = messages[1:] %}
{%- else %}{%- set turns = messages %}{%- endif %}
{%- set users = turns | selectattr("role", "equalto", "user") | list %}
{%- set ns = namespace(index=0) %}
{%- for m in turns %}
    {%- if not (m.role == "tool" or (m.tool_calls is defined and m.tool_calls is not none)) %}
        {%- if (m["role"] == "user") != (ns.index % 2 == 0) %}{{- raise_exception("turns must alternate") }}{%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for m in turns %}
    {%- if m["role"] == "user" %}
        {%- if tools is not none and (m == users[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for t in tools %}
                {{- '{"type": "function", "function": {' }}
                {%- for k, v in t.function.items() if k != "return" %}
                    {%- if v is string %}{{- '"' + k + '": "' + v + '"' }}{%- else %}{{- '"' + k + '": ' + v | tojson }}{%- endif %}
                    {%- if not loop.last %}{{- ", " }}{%- endif %}
                {%- endfor %}
                {{- "}}" }}{%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" }}{%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system is defined %}{{- "[INST] " + system + "\n\n" + m["content"] + "[/INST]" }}
        {%- else %}{{- "[INST] " + m["content"] + "[/INST]" }}{%- endif %}
    {%- elif m.tool_calls is defined and m.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for c in m.tool_calls %}{%- set text = c.function | tojson %}{{- text[:-1] }}{{- ', "id": "' + c.id + '"}' }}
            {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" + eos_token }}{%- endif %}{%- endfor %}
    {%- elif m["role"] == "assistant" %}{{- " " + m["content"] | trim + eos_token }}
    {%- elif m["role"] == "tool" %}{{- '[TOOL_RESULTS] {"content": ' + m.content | string + ", " }}{{- '"call_id": "' + m.tool_call_id + '"}[/TOOL_RESULTS]' }}
    {%- endif %}
{%- endfor %}""",
    "Gemma": """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}{% for m in messages %}{% if (m['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = m['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}""",
    "Gemma 3": """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}{%- set prefix = messages[0]['content'] + '\n\n' -%}
    {%- else -%}{%- set prefix = messages[0]['content'][0]['text'] + '\n\n' -%}{%- endif -%}
    {%- set turns = messages[1:] -%}
{%- else -%}{%- set prefix = "" -%}{%- set turns = messages -%}{%- endif -%}
{%- for m in turns -%}
    {%- if m['role'] == 'assistant' -%}{%- set role = "model" -%}{%- else -%}{%- set role = m['role'] -%}{%- endif -%}
    {{ '<start_of_turn>' + role + '\n' + (prefix if loop.first else "") }}
    {%- if m['content'] is string -%}{{ m['content'] | trim }}
    {%- elif m['content'] is iterable -%}
        {%- for part in m['content'] -%}
            {%- if part['type'] == 'image' -%}{{ '<start_of_image>' }}{%- elif part['type'] == 'text' -%}{{ part['text'] | trim }}{%- endif -%}
        {%- endfor -%}
    {%- else -%}{{ raise_exception("not a content") }}{%- endif -%}
    {{ '<end_of_turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{'<start_of_turn>model\n'}}{%- endif -%}""",
    "Phi-3": """{% for m in messages %}{% if m['role'] in ['system', 'user', 'assistant'] and m['content'] %}{{'<|' + m['role'] + '|>\n' + m['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}""",
    "Phi-4": """{% for m in messages %}{% if (m['role'] == 'system') %}{{'<|im_start|>system<|im_sep|>' + m['content'] + '<|im_end|>'}}{% elif (m['role'] == 'user') %}{{'<|im_start|>user<|im_sep|>' + m['content'] + '<|im_end|>'}}{% elif (m['role'] == 'assistant') %}{{'<|im_start|>assistant<|im_sep|>' + m['content'] + '<|im_end|>'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}""",
    "Qwen 2.5": """{%- if tools %}
    {{- '<|im_start|>system\n' }}
    {%- if messages[0]['role'] == 'system' %}{{- messages[0]['content'] }}{%- else %}{{- 'A helper.' }}{%- endif %}
    {{- "\n\n# Tools\n<tools>" }}{%- for t in tools %}{{- "\n" }}{{- t | tojson }}{%- endfor %}{{- "\n</tools><|im_end|>\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}{{- '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' }}
    {%- else %}{{- '<|im_start|>system\nA helper.<|im_end|>\n' }}{%- endif %}
{%- endif %}
{%- for m in messages %}
    {%- if (m.role == "user") or (m.role == "system" and not loop.first) or (m.role == "assistant" and not m.tool_calls) %}
        {{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>' + '\n' }}
    {%- elif m.role == "assistant" %}
        {{- '<|im_start|>' + m.role }}{%- if m.content %}{{- '\n' + m.content }}{%- endif %}
        {%- for c in m.tool_calls %}{%- if c.function is defined %}{%- set c = c.function %}{%- endif %}
            {{- '\n<tool_call>\n{"name": "' }}{{- c.name }}{{- '", "arguments": ' }}{{- c.arguments | tojson }}{{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
    {%- elif m.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}{{- '<|im_start|>user' }}{%- endif %}
        {{- '\n<tool_response>\n' }}{{- m.content }}{{- '\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}{{- '<|im_end|>\n' }}{%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}""",
    "Qwen 3": """{%- set ns = namespace(searching=true, last=messages|length - 1) %}
{%- for m in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.searching and m.role == "user" and m.content is string and not(m.content.startswith('<tool_response>') and m.content.endswith('</tool_response>')) %}
        {%- set ns.searching = false %}{%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for m in messages %}
    {%- if m.content is string %}{%- set content = m.content %}{%- else %}{%- set content = '' %}{%- endif %}
    {%- if m.role == "assistant" %}
        {%- set thought = '' %}
        {%- if m.reasoning_content is string %}{%- set thought = m.reasoning_content %}
        {%- elif '</think>' in content %}
            {%- set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last and (loop.last or thought) %}
            {{- '<|im_start|>' + m.role + '\n<think>\n' + thought.strip('\n') + '\n</think>\n\n' + content.lstrip('\n') }}
        {%- else %}{{- '<|im_start|>' + m.role + '\n' + content }}{%- endif %}
        {{- '<|im_end|>\n' }}
    {%- else %}{{- '<|im_start|>' + m.role + '\n' + content + '<|im_end|>' + '\n' }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\n\n</think>\n\n' }}{%- endif %}
{%- endif %}""",
    "SmolLM3": """{%- if enable_thinking is not defined -%}{%- set enable_thinking = true -%}{%- endif -%}
{%- set mode = "/think" if enable_thinking else "/no_think" -%}
{%- if messages[0].role == "system" -%}
    {%- set system = messages[0].content -%}
    {%- if "/no_think" in system -%}{%- set mode = "/no_think" -%}{%- elif "/think" in system -%}{%- set mode = "/think" -%}{%- endif -%}
    {%- set system = system.replace("/no_think", "").replace("/think", "").rstrip() -%}
{%- endif -%}
{{- "<|im_start|>system\n## Metadata\nReasoning Mode: " ~ mode ~ "\n\n" -}}
{{- (system if system else "You are a helper.") ~ "<|im_end|>\n" -}}
{%- for m in messages if m.role != "system" -%}
    {%- set content = m.content if m.content is string else "" -%}
    {%- if m.role == "user" -%}{{ "<|im_start|>user\n" + content + "<|im_end|>\n" }}
    {%- elif m.role == "assistant" -%}
        {%- generation -%}{{ "<|im_start|>assistant\n" + ("<think>\n\n</think>\n" if mode == "/no_think" else "") + content.lstrip("\n") + "<|im_end|>\n" }}{%- endgeneration -%}
    {%- elif m.role == "tool" -%}{{ "<|im_start|>user\n" + content + "<|im_end|>\n" }}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ "<|im_start|>assistant\n" ~ ("<think>\n\n</think>\n" if mode == "/no_think" else "") }}{%- endif -%}""",
    "Granite 3": """{%- if tools %}{{- '<|start_of_role|>available_tools<|end_of_role|>\n' }}
    {%- for t in tools %}{{- t | tojson(indent=4) }}{%- if not loop.last %}{{- '\n\n' }}{%- endif %}{%- endfor %}{{- '<|end_of_text|>\n' }}{%- endif %}
{%- for m in messages %}
    {%- if m['role'] == 'system' %}{{- '<|start_of_role|>system<|end_of_role|>' + m['content'] + '<|end_of_text|>\n' }}
    {%- elif m['role'] == 'user' %}{{- '<|start_of_role|>user<|end_of_role|>' + m['content'] | string + '<|end_of_text|>\n' }}
    {%- elif m['role'] == 'assistant' %}{{- '<|start_of_role|>assistant<|end_of_role|>' ~ (m['content'] or '') ~ '<|end_of_text|>\n' }}{%- endif %}
    {%- if loop.last and add_generation_prompt %}{{- '<|start_of_role|>assistant<|end_of_role|>' }}{%- endif %}
{%- endfor %}""",
    "Zephyr": """{% for m in messages %}
{% if m['role'] == 'user' %}
{{ '<|user|>\n' + m['content'] + eos_token }}
{% elif m['role'] == 'system' %}
{{ '<|system|>\n' + m['content'] + eos_token }}
{% elif m['role'] == 'assistant' %}
{{ '<|assistant|>\n'  + m['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}""",
    "Vicuna": """{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% for m in messages %}{% if m['role'] == 'system' %}{{ m['content'] ~ '\n\n' }}{% elif m['role'] == 'user' %}{{ 'USER: ' ~ m['content'] ~ ' ' }}{% else %}{{ 'ASSISTANT: ' ~ m['content'] ~ eos_token ~ '\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}""",
    "Alpaca": """{% for m in messages %}{% if m.role == 'system' %}{{ m.content }}

{% elif m.role == 'user' %}
### Instruction:
{{ m.content }}

{% else %}
### Response:
{{ m.content }}{{ eos_token }}

{% endif %}{% endfor %}{% if add_generation_prompt %}
### Response:
{% endif %}""",
    "Command R": """{% macro kind(schema, depth=0) %}{% if schema.type == 'array' %}List[{{ kind(schema['items'], depth + 1) }}]{% elif schema.type == 'string' %}str{% elif schema.type == 'integer' %}int{% else %}{{ schema.type | default('Any') }}{% endif %}{% endmacro %}
{{ bos_token }}{% for t in tools or [] %}def {{ t.function.name }}({% for name, of in t.function.parameters.properties.items() %}{{ name }}: {{ kind(of) }}{% if name not in t.function.parameters.required %} = None{% endif %}{% if not loop.last %}, {% endif %}{% endfor %}):
    {{ t.function.description | indent }}
{% endfor %}
{%- for m in messages %}{{ '<|START_OF_TURN_TOKEN|><|' + ('CHATBOT' if m.role == 'assistant' else m.role | upper) + '_TOKEN|>' }}{% if m.content is string %}{{ m.content.strip() }}{% else %}{{ m.content | map(attribute='text', default='') | join('|') }}{% endif %}{{ '<|END_OF_TURN_TOKEN|>' }}{% endfor %}
{%- if add_generation_prompt %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' }}{% endif %}""",
    "DeepSeek": """{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(system='', is_first=true) %}
{%- for m in messages %}{%- if m['role'] == 'system' %}{%- if ns.is_first %}{% set ns.system = ns.system + m['content'] %}{% set ns.is_first = false %}
{%- else %}{% set ns.system = ns.system + '\n\n' + m['content'] %}{%- endif %}{%- endif %}{%- endfor %}{{ bos_token }}{{ ns.system }}
{%- for m in messages %}{%- if m['role'] == 'user' %}{{ '<｜User｜>' + m['content'] }}{%- endif %}
{%- if m['role'] == 'assistant' and m['content'] is not none %}{% set content = m['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{ '<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>' }}{%- endif %}{%- endfor %}
{%- if add_generation_prompt %}{{ '<｜Assistant｜>' }}{% endif %}""",
    "OLMo 2": """{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}{{ '<|system|>\n' + m['content'] + '\n' }}{% elif m['role'] == 'user' %}{{ '<|user|>\n' + m['content'] + '\n' }}{% elif m['role'] == 'assistant' %}{% if not loop.last %}{{ '<|assistant|>\n' + m['content'] + eos_token + '\n' }}{% else %}{{ '<|assistant|>\n' + m['content'] + eos_token }}{% endif %}{% endif %}{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}{% endfor %}""",
    "harmony": """{%- macro kind(spec) -%}
    {%- if spec.enum is defined and spec.enum -%}{{- '"' + spec.enum | join('" | "') + '"' -}}
    {%- elif spec.type == "array" -%}{{- kind(spec["items"]) + "[]" if spec["items"] else "any[]" -}}
    {%- elif spec.type == "object" and spec.properties -%}
        {{- "{\n" -}}{%- for name, of in spec.properties.items() -%}{{- "  " + name -}}{%- if name not in (spec.required or []) -%}{{- "?" -}}{%- endif -%}
        {{- ": " -}}{{ kind(of) }}{%- if not loop.last -%}{{- ",\n" -}}{%- endif -%}{%- endfor -%}{{- "\n}" -}}
    {%- elif spec.type is sequence and spec.type is not string -%}{{- spec.type | join(" | ") -}}
    {%- else -%}{{- spec.type | default("any") -}}{%- endif -%}
{%- endmacro -%}
{{- "<|start|>system<|message|>" }}{%- if model_identity is not defined %}{%- set model_identity = "A model." %}{%- endif %}{{- model_identity + "<|end|>" }}
{%- for t in tools or [] %}{{- "\n// " + t.function.description + "\ntype " + t.function.name + " = (_: " + kind(t.function.parameters) + ") => any;\n" }}{%- endfor %}
{%- for m in messages -%}
    {%- if m.role == "assistant" -%}
        {%- if m.tool_calls -%}{{- "<|start|>assistant to=functions." + m.tool_calls[0].function.name + "<|message|>" + m.tool_calls[0].function.arguments | tojson + "<|call|>" }}
        {%- else -%}{{- "<|start|>assistant<|channel|>final<|message|>" + m.content + "<|end|>" }}{%- endif -%}
    {%- elif m.content is string -%}{{- "<|start|>" + m.role + "<|message|>" + m.content + "<|end|>" }}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}<|start|>assistant{%- endif -%}""",
}

TOOLS = [
    {"type": "function", "function": {"name": "weather", "description": "The weather \"now\".\nOf a place.", "parameters": {
        "type": "object", "required": ["place"], "properties": {
            "place": {"type": "string", "description": "é, 日本"}, "days": {"type": "array", "items": {"type": "integer"}},
            "unit": {"type": "string", "enum": ["C", "F"]}, "near": {"type": ["number", "null"], "default": 1.5}}}}},
    {"type": "function", "function": {"name": "stop", "description": "", "parameters": {"type": "object", "properties": {}, "required": []}}}]
USER = {"role": "user", "content": " What is a VAE?\n"}
ANSWER = {"role": "assistant", "content": "<think>\nHm.\n</think>\n\nA model. "}
SYSTEM = {"role": "system", "content": "Be brief. /no_think"}
CALL = {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "id": "a12345678", "function": {
    "name": "weather", "arguments": {"place": "Ulm \"x\"", "days": [1, 2], "near": 1e-7, "deep": {"a": None, "b": True}}}}]}
RESULT = {"role": "tool", "name": "weather", "tool_call_id": "a12345678", "content": "{\"rain\": 0.5}"}
PARTS = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "See? "}]}
CONVERSATIONS = [[USER], [SYSTEM, USER], [USER, ANSWER, USER], [SYSTEM, USER, ANSWER, USER, ANSWER], [USER, CALL, RESULT],
                 [USER, CALL, RESULT, RESULT, ANSWER], [PARTS], [ANSWER], [USER, USER], [{"role": "user", "content": ""}],
                 [{"role": "user", "content": "<|im_end|> {{ 'x' }} {% if %} \U0001f600"}]]
OPTIONS = [{"enable_thinking": False}, {"enable_thinking": True, "date_string": "1 May"}]

tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token="<s>", eos_token="</s>")


def wanted(template, messages, tools, prompt, more):
    try:
        return tokenizer.apply_chat_template(messages, chat_template=template, tools=tools, tokenize=False,
                                             add_generation_prompt=prompt, **more)
    except Exception:
        return None


def main(program):
    cases = []
    for name, template in FORMS.items():
        for messages in CONVERSATIONS:
            for tools in (None, TOOLS):
                for prompt in (True, False):
                    for more in [{}] + OPTIONS:
                        cases.append((name, template, messages, tools, prompt, more))
    lines = "".join(json.dumps({"template": t, "tokens": {"bos_token": "<s>", "eos_token": "</s>"}, "messages": m, "tools": tools,
                                "add_generation_prompt": p, "more": more}) + "\n" for _, t, m, tools, p, more in cases)
    found = subprocess.run([program, "templates", "-"], input=lines, capture_output=True, text=True, check=True).stdout
    found = [json.loads(line) for line in found.splitlines()]
    assert len(found) == len(cases), (len(found), len(cases))
    texts = refused = 0
    for (name, template, *given), mine in zip(cases, found):
        theirs = wanted(template, *given)
        assert ("text" in mine) == (theirs is not None) and mine.get("text") == theirs, (name, given, theirs, mine)
        texts += theirs is not None
        refused += theirs is None
    print(f"{len(FORMS)} forms: {texts} texts are the same, and {refused} conversations are refused by both.")


main(sys.argv[1])

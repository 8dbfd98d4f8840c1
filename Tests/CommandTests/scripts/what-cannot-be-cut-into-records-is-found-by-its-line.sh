. ./lib.sh
make_vault

# Files that records are cut from, and beside each what must be found in it, and nothing else.
python3 - <<'END'
import os
os.mkdir("cases")
def case(name, text, *findings):
    with open(f"cases/{name}", "wb") as file: file.write(text)
    with open(f"cases/{name}.wanted", "w") as file: file.write("".join(f"{finding}\n" for finding in sorted(findings)))

# JSON: the good records, and others in the place of the fourth, which is on line 4 of a file with one a line.
good = [f'{{"id":"r{n}","n":{n},"t":"2026-02-0{n}T00:00:00Z"}}'.encode() for n in range(1, 7)]
forms = dict(array=(b"[", b"]\n"), records=(b'{"Records":[', b"]}\n"))
def fourth(name, record, *findings):
    for form, (head, tail) in forms.items():
        lines = good[:3] + [record] + good[4:]
        case(f"{form}-{name}.json", head + b",\n".join(lines) + tail, *findings)
bad = lambda part: good[3].replace(b"r4", part)
here = " 1 record: line 4 (record 3, from 0)"
fourth("nul", bad(b"r\x004"), "nul" + here)
fourth("nul-outside", good[3] + b"\0", "nul" + here)
for name, part in dict(ff=b"\xff", overlong=b"\xc0\x80", surrogate=b"\xed\xa0\x80", cut=b"\xe2\x82").items():
    fourth(f"unicode-{name}", bad(part), "not-unicode" + here)
deep = lambda n, end=b"}": good[3][:-1] + b',"x":' + b"[" * n + b"]" * n + end
fourth("deep-as-may-be", deep(63))
fourth("deep", deep(64), "nesting-too-deep" + here)
fourth("deep-without-end", b"[" * 100000, "nesting-too-deep 1 record: line 4 (record 3, from 0, does not end)")
for name, text in dict(word=b"NaN", zero=b"01", two=b"1 2", none=b"", braces=b'{"a":[1}]').items():
    fourth(f"json-{name}", text, "not-json" + here)
fourth("two-flaws", bad(b"\xff") + b",\n" + bad(b"\0"), "not-unicode" + here, "nul 1 record: line 5 (record 4, from 0)")
fourth("again-and-again", b",\n".join([b"nul"] * 3), "not-json 3 records: line 4..6 (the first: record 3, from 0)")
fourth("over-lines", b'{\n"id":\n"\xff"}', "not-unicode" + here)
# What is not ended takes the rest with it.
fourth("string", good[3].replace(b'r4"', b"r4"), 'not-json 1 record: line 4 (a string does not end on its line)')
fourth("string-over-lines", bad(b"r\n4"), 'not-json 1 record: line 4 (a string does not end on its line)')
fourth("closed-twice", good[3] + b"}", "not-json 1 record: line 4 (record 3, from 0, has brackets that do not match)")
for form, what in dict(array="does not end", records="has brackets that do not match").items():
    head, tail = forms[form]
    case(f"{form}-brace.json", head + b",\n".join(good[:3] + [good[3][:-1]] + good[4:]) + tail,
         f"not-json 1 record: line 4 (record 3, from 0, {what})")
for form, (head, tail) in forms.items():
    rows = head + b",\n".join(good)
    mark = b"\xef\xbb\xbf"
    case(f"{form}-mark.json", mark + rows + tail, "byte-order-mark 1 record: line 1")
    case(f"{form}-mark-and-more.json", mark + (rows + tail).replace(b"r2", b"\0"), "byte-order-mark 1 record: line 1",
         "nul 1 record: line 2 (record 1, from 0)")
    case(f"{form}-no-end.json", rows, "not-json 1 record: line 6 (record 5, from 0, does not end)")
    case(f"{form}-no-more.json", rows + b",\n", "not-json 1 record: line 7 (the file ends early, after 6 records)")
    case(f"{form}-text-behind.json", rows + tail + b"\nx", "not-json 1 record: line 8 ('x' does not belong there)")
    case(f"{form}-nul-behind.json", rows + tail + b"\0", "nul 1 record: line 7 (a byte 0 does not belong there)")
    case(f"{form}-good.json", rows + tail)
case("records-no-brace.json", forms["records"][0] + good[0] + b"]\n", "not-json 1 record: line 2 (the file ends early, after 1 records)")

# CSV: the fourth record is on line 5, or on line 6 behind one of two lines.
rows = [f"r{n},{n},2026-02-0{n}T00:00:00Z".encode() for n in range(1, 7)]
def row(name, text, *findings):
    for more, second in (("", rows[1]), ("-below", b'"r\n2",2,2026-02-02T00:00:00Z')):
        lines = [b"id,n,t", rows[0], second, rows[2], text] + rows[4:]
        moved = [f.replace("line 5", "line 6") if more else f for f in findings]
        case(f"row-{name}{more}.csv", b"\n".join(lines) + b"\n", *moved)
row("good", rows[3])
row("crlf", rows[3] + b"\r")
row("nul", rows[3].replace(b"r4", b"\0"), "nul 1 record: line 5")
row("nul-in-quotes", rows[3].replace(b"r4", b'"\0"'), "nul 1 record: line 5")
row("unicode", rows[3].replace(b"r4", b"\xff"), "not-unicode 1 record: line 5")
row("nul-and-unicode", rows[3].replace(b"r4", b"\xff\0"), "nul 1 record: line 5")
for name, text in dict(empty=b"", cr=b"\r", space=b" \t ").items(): row(f"blank-{name}", text, "blank-line 1 record: line 5")
row("short", b"r4,4", "not-csv 1 record: line 5 (the row has 2 fields, and the header 3)")
row("long", rows[3] + b",", "not-csv 1 record: line 5 (the row has 4 fields, and the header 3)")
row("one-empty", b'""', "not-csv 1 record: line 5 (the row has 1 field, and the header 3)")
row("quote", rows[3].replace(b"r4", b'r"4'), "not-csv 1 record: line 5 (a quote stands in a field that is not quoted)")
row("behind-a-quote", rows[3].replace(b"r4", b'"r"4'), "not-csv 1 record: line 5 (text stands behind a quoted field)")
row("cr-alone", rows[3].replace(b"r4", b"r\r4"), "not-csv 1 record: line 5 (a CR stands without its LF)")
row("no-end", rows[3].replace(b"r4", b'"r4'), "not-csv 1 record: line 5 (a quoted field does not end)")
case("all.csv", b"\n".join([b"id,n,t", b"", rows[0], b"\0,,", b"\xff,,", b"1", b"1,2", b" "]), "blank-line 2 records: line 2, 8",
     "nul 1 record: line 4", "not-unicode 1 record: line 5", "not-csv 2 records: line 6..7 (the first: the row has 1 field, and the header 3)")
case("cr-at-the-end.csv", b"id,n,t\nr1,1,2\r", "not-csv 1 record: line 2 (a CR stands without its LF)")
case("empty.csv", b"", "not-csv 1 record: line 1 (the file has no header)")
case("header-blank.csv", b"\nid,n,t\n" + rows[0], "blank-line 1 record: line 1")
case("header-twice.csv", b"id,n,t,n\n", "duplicate-member 1 record: line 1 (the header has a name twice)")
case("header-nameless.csv", b"id,n,t,\n", "not-csv 1 record: line 1 (the header has an empty name)")
case("header-nul.csv", b"id,n,t\0\n", "nul 1 record: line 1")
case("mark.csv", b"\xef\xbb\xbf" + b"\n".join([b"id,n,t"] + rows))
END

found() { sed -n 's/^  \([a-z-]*\)  *\([0-9].* record.*\|[0-9].* number.*\)$/\1 \2/p' out | sort; }
tried=0
state ev >before
for file in cases/*.json cases/*.csv; do
  [ -s "$file.wanted" ] || continue
  expect 1 add_records "$file"
  says 'is not complete, and nothing was committed'
  [ "$(found)" = "$(sort "$file.wanted")" ] || { cat out; fail "$file is found otherwise"; }
  tried=$((tried + 1))
done
[ "$tried" = 88 ] || fail "$tried cases were tried"

# A declaration makes no records of what is none; programs are told the same.
expect 1 add_records cases/row-nul.csv --declare-incomplete 'the export is bad'
grep -qF 'whatever is declared' err || fail 'a hint that does not help'
expect 1 add_records cases/row-short.csv --json
prints '{"count":1,"detail":"the row has 2 fields, and the header 3","lines":["5"],"name":"not-csv"}'
state ev >after
cmp before after || fail 'the vault changed'

# What is another form than it is said to be is the wrong option, and a record that is too long is no finding.
expect 2 add_records cases/array-good.json --format json-records
says 'line 1: it is not {"Records":[…]}'
expect 2 add_records cases/records-good.json --format json-array
printf '{"Records":[],"next":1}' >page.json
expect 2 add_records page.json
says '"Records" is not its only member'
{ printf '[\n"' && head -c 9000000 /dev/zero | tr '\0' x && printf '"]'; } >long.json
expect 2 add_records long.json
says 'line 2: a record is over 8388608 bytes'

# Of records that were cut the number is told, from 0, as 'population record' takes it.
printf 'id,n,t\n1,1,2026-02-01T00:00:00Z\n"1",3,"2026-02-01\n"\n2,5,2026-02-01\n' >rows.csv
expect 1 add_records rows.csv
prints 'duplicate-id           1 record: record 1 (from 0)'
prints 'time-malformed         1 record: record 1 (from 0)'
prints 'time-without-zone      1 record: record 2 (from 0)'
prints 'sequence-gap           2 numbers: 2, 4'
expect 1 add_records rows.csv --json
prints '{"count":1,"name":"time-without-zone","records":["2"]}'
expect 0 add_records rows.csv --declare-incomplete 'to look at'
vault -C ev population record soc2-2026-h1:CC8.1/records.ndjson 2 >out
prints '"t":"2026-02-01"'

# What is sound is taken, so the others were refused for what they are.
for file in cases/*.json cases/*.csv; do
  [ ! -s "$file.wanted" ] || continue
  expect 0 vault -C ev population add "$file" --period soc2-2026-h1 --key collector --control CC8.1 --source github \
    --as "CC8.1/${file##*/}" --id-field /id --sequence-field /n --time-field /t --source-count 6
done
vault -C ev fsck -q
[ -z "$(ls ev/.vault/staging 2>/dev/null)$(ls ev/staging 2>/dev/null)" ] || fail 'something is left in staging'

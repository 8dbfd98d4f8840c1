. ./lib.sh
make_vault

# One file of records for each case, in which the fourth line is bad where nothing else is said; beside it what must be
# found, and nothing else.
python3 - <<'END'
import os
os.mkdir("cases")
def record(n, more="", time=None):
    time = time or f"2026-02-0{n}T00:00:00Z"
    return f'{{"id":"r{n}","n":{n},"t":"{time}"{more}}}'.encode()
good = [record(n) for n in range(1, 9)]
def case(name, lines, *findings, end=b"\n"):
    with open(f"cases/{name}.ndjson", "wb") as file: file.write(b"\n".join(lines) + end)
    with open(f"cases/{name}.wanted", "w") as file: file.write("".join(f"{finding}\n" for finding in sorted(findings)))
def fourth(name, line, *findings):
    """The good records with another one in the place of the fourth; of FINDING without a place it is line 4."""
    case(name, good[:3] + [line] + good[4:], *(f if " " in f else f + " 1 record: line 4" for f in findings))
unread = "sequence-gap 1 number: 4"
case("good", good)

for name, time in dict(date="2026-02-04", time="2026-02-04T00:00:00", fraction="2026-02-04T00:00:00.5").items():
    fourth(f"no-zone-{name}", record(4, time=time), "time-without-zone")
for name, time in dict(text="soon", day="2026-02-30T00:00:00Z", hour="2026-02-04T24:00:00Z", second="2026-02-04T23:59:60Z",
                       offset="2026-02-04T00:00:00+24:00", space="2026-02-04 00:00:00Z", dot="2026-02-04T00:00:00.Z").items():
    fourth(f"no-time-{name}", record(4, time=time), "time-malformed")
fourth("time-is-a-number", b'{"id":"r4","n":4,"t":1770163200}', "time-malformed")
fourth("time-is-missing", b'{"id":"r4","n":4}', "time-missing")

fourth("twice-a-name", record(4, ',"x":1,"x":1'), "duplicate-member")
fourth("twice-a-name-below", record(4, ',"x":[{"y":{"a":1,"a":2}}]'), "duplicate-member")
fourth("twice-a-name-by-an-escape", record(4, ',"xy":1,"x\\u0079":2'), "duplicate-member")
fourth("twice-the-id-in-one", b'{"id":"r4","id":"r4","n":4,"t":"2026-02-04T00:00:00Z"}', "duplicate-member")

fourth("crlf", good[3] + b"\r", "crlf")
case("crlf-everywhere", [line + b"\r" for line in good], "crlf 8 records: line 1..8")
case("byte-order-mark", [b"\xef\xbb\xbf" + good[0]] + good[1:], "byte-order-mark 1 record: line 1")
fourth("byte-order-mark-later", b"\xef\xbb\xbf" + good[3], "not-json", unread)
case("byte-order-mark-alone", [b"\xef\xbb\xbf"], "blank-line 1 record: line 1", "byte-order-mark 1 record: line 1",
     "truncated-last-line 1 record: line 1", end=b"")
case("utf-16", [b"\n".join(good).decode().encode("utf-16")], "nul 8 records: line 1..8")
for name, line in dict(empty=b"", spaces=b" \t ").items(): fourth(f"blank-{name}", line, "blank-line", unread)
fourth("blank-with-a-cr", b"\r", "blank-line", "crlf", unread)
case("blank-at-the-end", good + [b""], "blank-line 1 record: line 9")
case("no-last-line-end", good, "truncated-last-line 1 record: line 8", end=b"")
case("cut-in-a-record", good[:7] + [good[7][:30]], "not-json 1 record: line 8", "truncated-last-line 1 record: line 8", end=b"")

for name, part in dict(ff=b"\xff", overlong=b"\xc0\x80", surrogate=b"\xed\xa0\x80", lonely=b"\x80", cut=b"\xe2\x82",
                       beyond=b"\xf4\x90\x80\x80").items():
    fourth(f"no-unicode-{name}", good[3].replace(b"r4", b"r4" + part), "not-unicode", unread)
fourth("half-a-surrogate-pair", record(4, ',"x":"\\ud800"'), "unpaired-surrogate")
fourth("nul", good[3].replace(b"r4", b"r\x004"), "nul", unread)
fourth("nul-alone", b"\0", "nul", unread)

fourth("deep-as-may-be", record(4, ',"x":' + "[" * 63 + "]" * 63))
fourth("deep-lists", record(4, ',"x":' + "[" * 64 + "]" * 64), "nesting-too-deep", unread)
fourth("deep-objects", record(4, ',"x":' + '{"a":' * 64 + "1" + "}" * 64), "nesting-too-deep", unread)
fourth("deep-without-end", b"[" * 200000, "nesting-too-deep", unread)

fourth("numbers-that-just-fit", record(4, ',"x":[18446744073709551615,-9223372036854775808,1e308,1e-400]'))
for name, number in dict(large="18446744073709551616", small="-9223372036854775809", power="1e309", exponent="0e9999999999",
                         long="1" * 5000).items():
    fourth(f"number-{name}", record(4, f',"x":{number}'), "number-out-of-range")
fourth("sequence-too-large", b'{"id":"r4","n":9223372036854775808,"t":"2026-02-04T00:00:00Z"}', "sequence-malformed", unread)
fourth("sequence-with-a-fraction", b'{"id":"r4","n":4.0,"t":"2026-02-04T00:00:00Z"}', "sequence-malformed", unread)
fourth("sequence-is-missing", b'{"id":"r4","t":"2026-02-04T00:00:00Z"}', "sequence-missing", unread)
for name, text in dict(word="NaN", zero="01", plus="+1", point=".5", end="1.", cut="tru", quotes="'a'").items():
    fourth(f"no-json-{name}", record(4, f',"x":{text}'), "not-json", unread)
fourth("two-in-a-line", good[3] + good[4], "not-json", unread)

for name, time in dict(before="2025-12-31T23:59:59.999999999Z", zone="2026-01-01T00:30:00+01:00", end="2026-07-01T00:00:00Z",
                       long_ago="0000-01-01T00:00:00Z").items():
    fourth(f"outside-{name}", record(4, time=time), "record-outside-period")
fourth("inside-to-the-last", record(4, time="2026-06-30T23:59:59.999999999Z"))
fourth("inside-from-the-first", record(4, time="2026-01-01T01:00:00+01:00"))

fourth("id-is-missing", b'{"n":4,"t":"2026-02-04T00:00:00Z"}', "id-missing")
fourth("id-is-empty", b'{"id":"","n":4,"t":"2026-02-04T00:00:00Z"}', "id-missing")
fourth("id-is-an-object", b'{"id":{},"n":4,"t":"2026-02-04T00:00:00Z"}', "id-malformed")
fourth("no-object", b"4", "id-missing", "sequence-missing", "time-missing", unread)
fourth("id-again", good[3].replace(b"r4", b"r1"), "duplicate-id")
case("ids-again", [line.replace(b"r%d" % n, b"r%d" % min(n, 5)) for n, line in enumerate(good, 1)],
     "duplicate-id 3 records: line 6..8")
fourth("number-again", good[3].replace(b'"n":4', b'"n":2'), "duplicate-sequence 1 number: 2", unread)
case("numbers-missing", [good[0], good[4], good[7]], "sequence-gap 5 numbers: 2..4, 6..7")
END

# found: the findings of the last command, in the order of their names.
found() { sed -n 's/^  \([a-z-]*\)  *\([0-9].* record.*\|[0-9].* number.*\|by [0-9]*\)$/\1 \2/p' out | sort; }
tried=0
state ev >before
for file in cases/*.ndjson; do
  listed=${file%.ndjson}.wanted
  # What is sound would be committed: it is in the way of no other case.
  [ -s "$listed" ] || continue
  expect 1 add_records "$file"
  says 'is not complete, and nothing was committed'
  [ "$(found)" = "$(sort "$listed")" ] || { cat out; fail "$file is found otherwise"; }
  state ev >after
  cmp before after || fail "$file changed the vault"
  tried=$((tried + 1))
done
[ "$tried" = 68 ] || fail "$tried cases were tried"

# The source's own count is another.
expect 1 add_records cases/good.ndjson --source-count 9
[ "$(found)" = 'count-differs by 1' ] || fail 'one that is missing'
expect 1 add_records cases/good.ndjson --source-count 0
[ "$(found)" = 'count-differs by 8' ] || fail 'eight too many'
state ev >after
cmp before after || fail 'a count that differs changed the vault'

# The same by the plain commit, and from standard input.
expect 1 put --kind population --id-field /id --as CC8.1/records.ndjson cases/nul.ndjson
[ "$(found)" = 'nul 1 record: line 4' ] || fail 'the plain commit'
expect 1 add_records - <cases/deep-lists.ndjson
prints 'nesting-too-deep'
state ev >after
cmp before after || fail 'the vault changed'

# What is sound is taken, so the others were refused for what they are.
for file in cases/*.ndjson; do
  [ ! -s "${file%.ndjson}.wanted" ] || continue
  expect 0 vault -C ev population add "$file" --period soc2-2026-h1 --key collector --control CC8.1 --source github \
    --as "CC8.1/${file##*/}" --id-field /id --sequence-field /n --time-field /t --source-count 8
done
vault -C ev fsck -q

"""A terminal that can show sixel or kitty pictures: pixels.py KIND UMIE PICTURE

Starts umie on a pseudo terminal, answers what it asks as such a terminal
does, types Z, and prints what it was sent: "sixel", "kitty", "none", and
whether the next key brought the panes back.  KIND: sixel, kitty, silent,
late (answers after two seconds, when nobody waits any more).
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

kind, umie, picture = sys.argv[1:4]
sixel, kitty = b"\x1bP", b"\x1b_Ga=T"
answer = {"sixel": b"\x1b[?62;4;22c", "kitty": b"\x1b_Gi=31;OK\x1b\\\x1b[?62c",
          "late": b"\x1b[?62;4c", "silent": b""}[kind]

pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
    os.execv(umie, [umie, "-m", "none", "-i", picture, "Ann in Rome"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 1000, 600))
out = b""


def read_until(wanted, seconds=20):
    """More output, until `wanted` is in what came since; the new part."""
    global out
    seen, end = b"", time.monotonic() + seconds
    while wanted not in seen and time.monotonic() < end:
        if select.select([fd], [], [], 0.05)[0]:
            try:
                block = os.read(fd, 65536)
            except OSError:
                break
            seen += block
    out += seen
    return seen


def fail(what):
    sys.exit("%s; the last output: %r" % (what, out[-300:]))


if b"320x240" not in read_until(b"320x240"):
    fail("the picture does not come up")
os.write(fd, b"Z")
if b"\x1b[c" not in read_until(b"\x1b[c"):
    fail("it does not ask what the terminal can")
if kind == "late":
    read_until(b"neither sixel")
    os.write(fd, answer)
    # The answer is no key: it opens no prompt, chooses no type.
    os.write(fd, b":")
    if b"Tab completes" not in read_until(b"Tab completes"):
        fail("the keys after a late answer are lost")
    os.write(fd, b"\x1b")
    read_until(b"Tab pane")
    os.write(fd, b"Z")
elif kind == "silent":
    os.write(fd, b"e")  # a key does not wait for an answer
    if b"editing the text" not in read_until(b"editing the text", 5):
        fail("a key waited")
    os.write(fd, b"\x1b")
else:
    os.write(fd, answer)
wanted = {"sixel": sixel, "late": sixel, "kitty": kitty,
          "silent": b"neither sixel"}[kind]
seen = read_until(wanted)
if wanted not in seen:
    fail("not what the terminal can show")
if kind != "silent":
    read_until(b"\x1b\\")
    os.write(fd, b"a")  # goes back, and accepts nothing
    if b"Picture" not in read_until(b"Picture"):
        fail("the panes do not come back")
    if kind == "kitty" and b"\x1b_Ga=d" not in out:
        fail("the picture is not taken away")
os.write(fd, b"q")
end = time.monotonic() + 10
while time.monotonic() < end:
    read_until(b"never", 0.1)
    if os.waitpid(pid, os.WNOHANG)[0]:
        print("ok")
        sys.exit(0)
fail("it does not leave")

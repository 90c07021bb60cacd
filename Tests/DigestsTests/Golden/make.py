"""Prints `digests.txt`: length of a message and its SHA-256, by Python 3.11.7's hashlib.

The message of length n is the bytes (7 * i + 3) mod 256 for i in 0..<n.
"""

import hashlib

for n in [0, 1, 3, 55, 56, 63, 64, 65, 119, 128, 1000, 100_003]:
    print(n, hashlib.sha256(bytes((7 * i + 3) % 256 for i in range(n))).hexdigest())

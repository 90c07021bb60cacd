"""Makes the sample files of this folder and the pixels that they must decode to.

Run in this folder:  python3 make_goldens.py
Made with Python 3.11, Pillow 13.0.0 (libjpeg-turbo inside), numpy 2.4.6.

PNG files are written by the small encoder below, so that every colour type, depth and interlacing
occurs, and their expected levels follow from the samples by the PNG specification alone. JPEG files
are made with Pillow, and their expected levels are Pillow's, or follow from the stored inks.
"""

import base64
import io
import json
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

rng = np.random.default_rng(20260801)
cases = []
COLOUR_TYPE = {"grey": 0, "rgb": 2, "palette": 3, "grey-alpha": 4, "rgba": 6}


def record(name, data, levels, bits, orientation=1, tolerance=0, stored=None):
    """Writes a file and notes what it decodes to; `levels` is upright, [height, width, channels]."""
    with open(name, "wb") as file:
        file.write(data)
    levels = np.ascontiguousarray(levels, dtype=np.uint8)
    if levels.ndim == 2:
        levels = levels[:, :, None]
    height, width = stored if stored else levels.shape[:2]
    cases.append({
        "file": name, "format": "png" if name.endswith(".png") else "jpeg",
        "storedWidth": width, "storedHeight": height, "bitDepth": bits,
        "orientation": orientation, "tolerance": tolerance,
        "width": levels.shape[1], "height": levels.shape[0], "channels": levels.shape[2],
        "levels": base64.b64encode(levels.tobytes()).decode()})


# --- PNG ---------------------------------------------------------------------------------------

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed_rows(samples, bits):
    """Samples [height, width, channels] as the bytes of each row."""
    for row in samples.reshape(samples.shape[0], -1):
        if bits == 16:
            yield row.astype(">u2").tobytes()
        elif bits == 8:
            yield row.astype(np.uint8).tobytes()
        else:
            digits = "".join(format(int(v), f"0{bits}b") for v in row)
            digits += "0" * (-len(digits) % 8)
            yield bytes(int(digits[i:i + 8], 2) for i in range(0, len(digits), 8))


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def filtered(rows, step):
    """Rows with the five filters in turn."""
    result, above = b"", None
    for y, row in enumerate(rows):
        above = above or bytes(len(row))
        kind = y % 5
        left = bytes(step) + row[:-step] if step <= len(row) else bytes(len(row))
        corner = bytes(step) + above[:-step] if step <= len(row) else bytes(len(row))
        guess = [
            lambda a, b, c: 0, lambda a, b, c: a, lambda a, b, c: b,
            lambda a, b, c: (a + b) // 2, paeth][kind]
        result += bytes([kind]) + bytes(
            (v - guess(a, b, c)) & 255 for v, a, b, c in zip(row, left, above, corner))
        above = row
    return result


def png(samples, kind, bits, interlaced=False, extra=b""):
    height, width, channels = samples.shape
    step = max(1, bits * channels // 8)
    if interlaced:
        raw = b""
        for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
                               (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
            part = samples[y0::dy, x0::dx]
            if part.size:
                raw += filtered(packed_rows(part, bits), step)
    else:
        raw = filtered(packed_rows(samples, bits), step)
    head = struct.pack(">IIBBBBB", width, height, bits, COLOUR_TYPE[kind], 0, 0, int(interlaced))
    # Short data chunks: libpng reads a chunk at once, and tests cut the files.
    packed = zlib.compress(raw)
    data = b"".join(chunk(b"IDAT", packed[i:i + 97]) for i in range(0, len(packed), 97))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + data + chunk(b"IEND", b"")


def to_levels(samples, bits):
    """Samples scaled to 0...255, rounded."""
    return np.floor(samples.astype(np.float64) * 255 / (2 ** bits - 1) + 0.5).astype(np.int64)


def over_white(levels, alpha):
    return np.floor((levels * alpha + 255 * (255 - alpha)) / 255 + 0.5).astype(np.int64)


def random_samples(channels, bits, width=13, height=9):
    return rng.integers(0, 2 ** bits, (height, width, channels))


for interlaced in (False, True):
    tail = "-interlaced" if interlaced else ""
    for bits in (1, 2, 4, 8, 16):
        samples = random_samples(1, bits)
        record(f"grey-{bits}{tail}.png", png(samples, "grey", bits, interlaced),
               to_levels(samples, bits), bits)
    for bits in (8, 16):
        samples = random_samples(3, bits)
        record(f"rgb-{bits}{tail}.png", png(samples, "rgb", bits, interlaced),
               to_levels(samples, bits), bits)
        for kind, channels in (("grey-alpha", 2), ("rgba", 4)):
            samples = random_samples(channels, bits)
            samples[0, :, -1] = 0
            samples[1, :, -1] = 2 ** bits - 1
            levels = to_levels(samples, bits)
            record(f"{kind}-{bits}{tail}.png", png(samples, kind, bits, interlaced),
                   over_white(levels[:, :, :-1], levels[:, :, -1:]), bits)
    for bits in (1, 2, 4, 8):
        colours = rng.integers(0, 256, (2 ** bits, 3))
        samples = random_samples(1, bits)
        palette = chunk(b"PLTE", colours.astype(np.uint8).tobytes())
        record(f"palette-{bits}{tail}.png", png(samples, "palette", bits, interlaced, palette),
               colours[samples[:, :, 0]], bits)

# Transparency by tRNS.
colours = rng.integers(0, 256, (16, 3))
alpha = np.concatenate([rng.integers(0, 256, 5), np.full(11, 255)])
samples = random_samples(1, 4)
record("palette-4-trns.png",
       png(samples, "palette", 4, extra=chunk(b"PLTE", colours.astype(np.uint8).tobytes())
           + chunk(b"tRNS", alpha[:5].astype(np.uint8).tobytes())),
       over_white(colours[samples[:, :, 0]], alpha[samples[:, :, 0]][:, :, None]), 4)
for bits in (2, 8, 16):
    samples = random_samples(1, bits)
    clear = int(samples[4, 4, 0])
    levels = to_levels(samples, bits)
    levels[samples == clear] = 255
    record(f"grey-{bits}-trns.png",
           png(samples, "grey", bits, extra=chunk(b"tRNS", struct.pack(">H", clear))), levels, bits)
for bits in (8, 16):
    samples = random_samples(3, bits)
    clear = samples[4, 4]
    samples[2, 3] = clear
    levels = to_levels(samples, bits)
    levels[(samples == clear).all(axis=2)] = 255
    record(f"rgb-{bits}-trns.png",
           png(samples, "rgb", bits, extra=chunk(b"tRNS", struct.pack(">HHH", *map(int, clear)))),
           levels, bits)


# --- EXIF orientation --------------------------------------------------------------------------

def tiff(orientation, order, before=1):
    """An image file directory with `before` other entries ahead of the orientation."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    entries = b"".join(
        struct.pack(order + "HHIHH", 0x0100 + i, 3, 1, 7, 0) for i in range(before))
    entries += struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return head + struct.pack(order + "H", before + 1) + entries + struct.pack(order + "I", 0)


def with_app1(jpeg, block):
    body = b"Exif\0\0" + block
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def smooth(width, height, channels):
    """A picture with soft shapes, so that JPEG stays close to it."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    planes = [127 + 60 * np.sin(x / (3 + c) + c) + 60 * np.cos(y / (4 - c) - c)
              for c in range(channels)]
    return np.clip(np.stack(planes, axis=2), 0, 255).astype(np.uint8)


def jpeg_bytes(array, mode=None, **options):
    buffer = io.BytesIO()
    array = array[:, :, 0] if array.shape[2] == 1 else array
    Image.fromarray(array, mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def pillow_levels(data):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    return np.asarray(image)


plain = jpeg_bytes(smooth(17, 11, 3), quality=90, subsampling=0)
for orientation in range(1, 9):
    for order, name in (("<", "ii"), (">", "mm")):
        data = with_app1(plain, tiff(orientation, order))
        record(f"orientation-{orientation}-{name}.jpg", data, pillow_levels(data), 8, orientation,
               tolerance=1, stored=(11, 17))
samples = random_samples(3, 8)
record("orientation-6.png", png(samples, "rgb", 8, extra=chunk(b"eXIf", tiff(6, ">"))),
       np.rot90(samples, -1), 8, 6, stored=(9, 13))

# --- JPEG --------------------------------------------------------------------------------------

for name, array, options in (
    ("grey", smooth(19, 13, 1), {}),
    ("grey-progressive", smooth(19, 13, 1), {"progressive": True}),
    ("ycc-444", smooth(32, 24, 3), {"subsampling": 0}),
    ("ycc-422", smooth(31, 23, 3), {"subsampling": 1}),
    ("ycc-420", smooth(31, 23, 3), {"subsampling": 2}),
    ("ycc-420-progressive", smooth(31, 23, 3), {"subsampling": 2, "progressive": True}),
    ("ycc-restarts", smooth(32, 24, 3), {"restart_marker_blocks": 2}),
    ("rgb", smooth(19, 13, 3), {"keep_rgb": True}),
):
    data = jpeg_bytes(array, quality=90, **options)
    record(f"{name}.jpg", data, pillow_levels(data), 8, tolerance=2)


def inked(data, inverted):
    """Levels of stored inks (as libjpeg delivers them): light passes each ink and the black."""
    light = data if inverted else 255 - data
    return np.floor(light[:, :, :3] * light[:, :, 3:] / 255 + 0.5).astype(np.int64)


def without_adobe(data):
    place = data.index(b"\xff\xee")
    length = struct.unpack(">H", data[place + 2:place + 4])[0]
    return data[:place] + data[place + 2 + length:]


def as_ycck(data):
    place = data.index(b"Adobe")
    return data[:place + 11] + b"\x02" + data[place + 12:]


# Pillow stores 255 - ink, and marks the file as Adobe's programs do.
stored = smooth(19, 13, 4).astype(np.int64)
data = jpeg_bytes((255 - stored).astype(np.uint8), "CMYK", quality=100)
record("cmyk-adobe.jpg", data, inked(stored, True), 8, tolerance=3)
record("cmyk-adobe-progressive.jpg",
       jpeg_bytes((255 - stored).astype(np.uint8), "CMYK", quality=100, progressive=True),
       inked(stored, True), 8, tolerance=3)
record("cmyk-plain.jpg", without_adobe(data), inked(stored, False), 8, tolerance=3)
# YCCK: the same file with three of its components read as luma and chroma of the inks' complement.
y, cb, cr = (smooth(19, 13, 3).astype(float) * [1, 0.3, 0.3] + [0, 90, 90]).transpose(2, 0, 1)
red = y + 1.402 * (cr - 128)
green = y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128)
blue = y + 1.772 * (cb - 128)
rgb = np.clip(np.stack([red, green, blue], axis=2), 0, 255)
black = stored[:, :, 3:]
ycck = np.concatenate([np.stack([y, cb, cr], axis=2), black], axis=2)
ycck_file = as_ycck(jpeg_bytes((255 - np.round(ycck)).astype(np.uint8), "CMYK", quality=100))
# libjpeg turns YCC into 255 - RGB for the inks of YCCK, and Adobe's file holds 255 - ink.
record("ycck-adobe.jpg", ycck_file,
       inked(np.concatenate([255 - rgb, black], axis=2), True), 8, tolerance=3)

with open("images.json", "w") as file:
    json.dump(cases, file, indent=0, sort_keys=True)
    file.write("\n")

# --- resampling --------------------------------------------------------------------------------

resampling = []
for channels, (h, w), (to_h, to_w) in (
    (3, (29, 37), (11, 16)), (1, (40, 64), (3, 5)), (3, (7, 9), (31, 20)), (1, (24, 10), (12, 25)),
    (3, (16, 16), (16, 16)), (1, (17, 1), (5, 4)), (3, (33, 32), (16, 16)), (1, (5, 5), (1, 1)),
):
    levels = rng.integers(0, 256, (h, w, channels)).astype(np.uint8)
    planes = [
        Image.fromarray(levels[:, :, c].astype(np.float32) / np.float32(255), "F").resize(
            (to_w, to_h), Image.Resampling.BILINEAR) for c in range(channels)]
    result = np.stack([np.asarray(p) for p in planes], axis=2).astype("<f4")
    resampling.append({
        "channels": channels, "height": h, "width": w, "toHeight": to_h, "toWidth": to_w,
        "levels": base64.b64encode(levels.tobytes()).decode(),
        "expected": base64.b64encode(result.tobytes()).decode()})
with open("resampling.json", "w") as file:
    json.dump(resampling, file, indent=0, sort_keys=True)
    file.write("\n")

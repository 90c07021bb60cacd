#include "huffman.h"

#include <stdlib.h>

enum { LONGEST = 15 };

// A symbol with how often it occurs: ordered by both, so that the order is always the same.
static int compare(const void *left, const void *right) {
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

// The depths of the leaves of Huffman's tree, how many there are of each; deeper ones than `limit` count there.
//
// `leaves` are in rising order. Parents are made in rising order too, so that the two smallest nodes are always at
// the heads of two queues.
static void count_depths(
    const uint64_t *leaves, int count, int limit, int counts[LONGEST + 1]
) {
    uint64_t weight[CI_SYMBOLS];
    int parent[2 * CI_SYMBOLS], depth[CI_SYMBOLS];
    int leaf = 0, node = 0;
    for (int made = 0; made < count - 1; made++) {
        weight[made] = 0;
        for (int child = 0; child < 2; child++) {
            if (leaf < count && (node == made || leaves[leaf] >> 16 <= weight[node])) {
                weight[made] += leaves[leaf] >> 16;
                parent[leaf++] = made;
            } else {
                weight[made] += weight[node];
                parent[CI_SYMBOLS + node++] = made;
            }
        }
    }
    depth[count - 2] = 0;
    for (int i = count - 3; i >= 0; i--) depth[i] = depth[parent[CI_SYMBOLS + i]] + 1;
    for (int i = 0; i < count; i++) {
        int length = depth[parent[i]] + 1;
        counts[length < limit ? length : limit]++;
    }
}

void ci_code_lengths(const uint32_t *frequencies, int count, int limit, uint8_t *lengths) {
    uint64_t leaves[CI_SYMBOLS];
    int used = 0;
    for (int i = 0; i < count; i++) {
        lengths[i] = 0;
        if (frequencies[i] > 0) leaves[used++] = (uint64_t)frequencies[i] << 16 | (uint64_t)i;
    }
    if (used == 0) return;
    if (used == 1) {
        lengths[leaves[0] & 0xffff] = 1;
        return;
    }
    qsort(leaves, (size_t)used, sizeof leaves[0], compare);
    int counts[LONGEST + 1] = {0};
    count_depths(leaves, used, limit, counts);
    // Codes of `limit` bits that are missing since deeper leaves were moved up.
    int64_t missing = -((int64_t)1 << limit);
    for (int length = 1; length <= limit; length++) {
        missing += (int64_t)counts[length] << (limit - length);
    }
    // A leaf makes room for itself and one of those, a level further down.
    for (; missing > 0; missing--) {
        int length = limit - 1;
        while (counts[length] == 0) length--;
        counts[length]--;
        counts[length + 1] += 2;
        counts[limit]--;
    }
    int next = 0;
    for (int length = limit; length > 0; length--) {
        for (int i = 0; i < counts[length]; i++) lengths[leaves[next++] & 0xffff] = (uint8_t)length;
    }
}

void ci_canonical_codes(const uint8_t *lengths, int count, ci_code *codes) {
    uint32_t counts[LONGEST + 1] = {0}, next[LONGEST + 1] = {0};
    for (int i = 0; i < count; i++) counts[lengths[i]]++;
    counts[0] = 0;
    for (int length = 1; length <= LONGEST; length++) {
        next[length] = (next[length - 1] + counts[length - 1]) << 1;
    }
    for (int i = 0; i < count; i++) {
        uint32_t code = next[lengths[i]]++, reversed = 0;
        for (int bit = 0; bit < lengths[i]; bit++) reversed = reversed << 1 | (code >> bit & 1);
        codes[i] = (ci_code){(uint16_t)reversed, lengths[i]};
    }
}

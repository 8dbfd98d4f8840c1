// SHA-256 of little without EVP, whose calls cost as much as two or three blocks. The functions are OpenSSL's own, which its
// default provider calls too; that they are deprecated is their only flaw.
#ifndef CLibCrypto_SHA256_H
#define CLibCrypto_SHA256_H
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/sha.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
/// The state of eight words after a message's first 64 bytes.
static inline void CLibCrypto_sha256_begin(const unsigned char *block, unsigned int *state) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Transform(&context, block);
  memcpy(state, context.h, 32);
}
/// Whether an algorithm is the default provider's, so that the functions below are the same code: no FIPS provider applies.
static inline int CLibCrypto_sha256_is_default(const EVP_MD *algorithm) {
  const OSSL_PROVIDER *provider = EVP_MD_get0_provider(algorithm);
  const char *name = provider ? OSSL_PROVIDER_get0_name(provider) : NULL;
  return name && strcmp(name, "default") == 0;
}
// Two messages at once. A block of SHA-256 is a chain of instructions that each wait for the one before, so a core that works on
// two messages in turns is nearly twice as fast. OpenSSL has that for its own use, in the static library only, from which the
// linker takes it, and what asks the processor what it can. It works on four or eight messages; those of no blocks cost nothing.
#if defined(__x86_64__)
#define CLibCrypto_SHA256_LANES 8
typedef struct { unsigned int words[8][CLibCrypto_SHA256_LANES]; } CLibCrypto_sha256_states;
typedef struct { const unsigned char *bytes; int blocks; } CLibCrypto_sha256_message;
void sha256_multi_block(CLibCrypto_sha256_states *states, const CLibCrypto_sha256_message *messages, int fours);
/// Whether the processor has the instructions with which two at once gain (SHA, bit 29 of leaf 7).
static inline int CLibCrypto_sha256_has_pairs(void) {
  unsigned int eax, ebx = 0, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx >> 29 & 1);
}
/// Takes whole blocks into the states of two messages, as many as each has.
static inline void CLibCrypto_sha256_blocks_of_two(
    unsigned int *first, const unsigned char *a, size_t a_blocks, unsigned int *second, const unsigned char *b,
    size_t b_blocks) {
  CLibCrypto_sha256_states states;
  for (int word = 0; word < 8; word++) {
    states.words[word][0] = first[word];
    states.words[word][1] = second[word];
  }
  const CLibCrypto_sha256_message messages[4] = {{a, (int)a_blocks}, {b, (int)b_blocks}, {a, 0}, {a, 0}};
  sha256_multi_block(&states, messages, 1);
  for (int word = 0; word < 8; word++) {
    first[word] = states.words[word][0];
    second[word] = states.words[word][1];
  }
}
#else
static inline int CLibCrypto_sha256_has_pairs(void) { return 0; }
static inline void CLibCrypto_sha256_blocks_of_two(
    unsigned int *first, const unsigned char *a, size_t a_blocks, unsigned int *second, const unsigned char *b,
    size_t b_blocks) {
  SHA256_CTX context;
  memcpy(context.h, first, 32);
  for (; a_blocks; a_blocks--, a += 64) SHA256_Transform(&context, a);
  memcpy(first, context.h, 32);
  memcpy(context.h, second, 32);
  for (; b_blocks; b_blocks--, b += 64) SHA256_Transform(&context, b);
  memcpy(second, context.h, 32);
}
#endif
static inline void CLibCrypto_sha256_init(SHA256_CTX *context) { SHA256_Init(context); }
static inline void CLibCrypto_sha256_update(SHA256_CTX *context, const void *bytes, size_t count) {
  SHA256_Update(context, bytes, count);
}
static inline void CLibCrypto_sha256_final(SHA256_CTX *context, unsigned char *digest) { SHA256_Final(digest, context); }
/// Completes the block that a message has begun; returns how many bytes of `count` that took.
static inline size_t CLibCrypto_sha256_align(SHA256_CTX *context, const unsigned char *bytes, size_t count) {
  size_t taken = context->num ? 64 - context->num : 0;
  if (taken > count) taken = count;
  SHA256_Update(context, bytes, taken);
  return taken;
}
static inline void CLibCrypto_sha256_count(SHA256_CTX *context, size_t blocks) {
  const unsigned long long bits = ((unsigned long long)context->Nh << 32 | context->Nl) + (unsigned long long)blocks * 512;
  context->Nl = (SHA_LONG)bits;
  context->Nh = (SHA_LONG)(bits >> 32);
}
/// Adds bytes to two messages, what both have at once.
static inline void CLibCrypto_sha256_update_two(
    SHA256_CTX *first, const unsigned char *a, size_t a_count, SHA256_CTX *second, const unsigned char *b,
    size_t b_count) {
  const size_t a_taken = CLibCrypto_sha256_align(first, a, a_count);
  const size_t b_taken = CLibCrypto_sha256_align(second, b, b_count);
  a += a_taken, a_count -= a_taken;
  b += b_taken, b_count -= b_taken;
  // An int holds the number of blocks of 128 GiB; messages in memory are shorter, and a longer rest is taken below.
  size_t blocks = (a_count < b_count ? a_count : b_count) / 64;
  if (blocks > 1 << 30) blocks = 1 << 30;
  if (blocks) {
    CLibCrypto_sha256_blocks_of_two(first->h, a, blocks, second->h, b, blocks);
    CLibCrypto_sha256_count(first, blocks);
    CLibCrypto_sha256_count(second, blocks);
  }
  SHA256_Update(first, a + blocks * 64, a_count - blocks * 64);
  SHA256_Update(second, b + blocks * 64, b_count - blocks * 64);
}
static inline void CLibCrypto_sha256_digest(const SHA256_CTX *context, unsigned char *digest) {
  for (int word = 0; word < 8; word++) {
    unsigned int bytes = __builtin_bswap32(context->h[word]);
    memcpy(digest + 4 * word, &bytes, 4);
  }
}
/// The digest of a byte 0x00 and `count` bytes.
static inline void CLibCrypto_sha256_leaf(const unsigned char *bytes, size_t count, unsigned char *digest) {
  SHA256_CTX context;
  SHA256_Init(&context);
  unsigned char block[128] = {0};
  const unsigned long long bits = __builtin_bswap64(((unsigned long long)count + 1) * 8);
  size_t filled = 1;
  if (count >= 63) {
    memcpy(block + 1, bytes, 63);
    SHA256_Transform(&context, block);
    bytes += 63;
    count -= 63;
    const size_t whole = count & ~(size_t)63;
    if (whole) SHA256_Update(&context, bytes, whole);
    bytes += whole;
    count -= whole;
    filled = 0;
  }
  // FIPS 180-4 section 5.1.1: a one bit behind the message, its length in bits at the end of a block.
  if (count) memcpy(block + filled, bytes, count);
  filled += count;
  block[filled++] = 0x80;
  const size_t end = filled <= 56 ? 64 : 128;
  memset(block + filled, 0, end - filled);
  memcpy(block + end - 8, &bits, 8);
  SHA256_Transform(&context, block);
  if (end == 128) SHA256_Transform(&context, block + 64);
  CLibCrypto_sha256_digest(&context, digest);
}
/// The two blocks of a message of a byte 0x01 and two digests.
static inline void CLibCrypto_sha256_node_blocks(const unsigned char *left, const unsigned char *right, unsigned char *blocks) {
  memset(blocks, 0, 128);
  blocks[0] = 1;
  memcpy(blocks + 1, left, 32);
  memcpy(blocks + 33, right, 32);
  // FIPS 180-4 section 5.1.1, for 520 bits.
  blocks[65] = 0x80;
  blocks[126] = 520 >> 8;
  blocks[127] = 520 & 0xFF;
}
/// The digest of a byte 0x01 and two digests.
static inline void CLibCrypto_sha256_node(const unsigned char *left, const unsigned char *right, unsigned char *digest) {
  unsigned char blocks[128];
  CLibCrypto_sha256_node_blocks(left, right, blocks);
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Transform(&context, blocks);
  SHA256_Transform(&context, blocks + 64);
  CLibCrypto_sha256_digest(&context, digest);
}
/// The digest of a message of 65 to 119 bytes: `block` is its second block with FIPS 180-4's padding.
static inline void CLibCrypto_sha256_end(const unsigned int *state, const unsigned char *block, unsigned char *digest) {
  SHA256_CTX context;
  memcpy(context.h, state, 32);
  SHA256_Transform(&context, block);
  CLibCrypto_sha256_digest(&context, digest);
}
/// The digests of two messages whose blocks have FIPS 180-4's padding.
static inline void CLibCrypto_sha256_digests(
    const unsigned char *a, size_t a_blocks, unsigned char *a_digest, const unsigned char *b, size_t b_blocks,
    unsigned char *b_digest) {
  SHA256_CTX first, second;
  SHA256_Init(&first);
  SHA256_Init(&second);
  CLibCrypto_sha256_blocks_of_two(first.h, a, a_blocks, second.h, b, b_blocks);
  CLibCrypto_sha256_digest(&first, a_digest);
  CLibCrypto_sha256_digest(&second, b_digest);
}
/// The most bytes of a leaf that is hashed together with another.
#define CLibCrypto_SHA256_SHORT_LEAF 1014
/// Puts down a byte 0x00 and `count` bytes, at most CLibCrypto_SHA256_SHORT_LEAF, as whole blocks; returns how many.
static inline size_t CLibCrypto_sha256_leaf_blocks(const unsigned char *bytes, size_t count, unsigned char *room) {
  const size_t blocks = (count + 10 + 63) / 64;
  const unsigned long long bits = __builtin_bswap64(((unsigned long long)count + 1) * 8);
  // FIPS 180-4 section 5.1.1: a one bit behind the message, its length in bits at the end of a block.
  memset(room + (blocks > 1 ? blocks - 2 : 0) * 64, 0, blocks > 1 ? 128 : 64);
  room[0] = 0;
  memcpy(room + 1, bytes, count);
  room[1 + count] = 0x80;
  memcpy(room + blocks * 64 - 8, &bits, 8);
  return blocks;
}
/// The digests of two leaves of at most CLibCrypto_SHA256_SHORT_LEAF bytes.
static inline void CLibCrypto_sha256_two_leaves(
    const unsigned char *a, size_t a_count, unsigned char *a_digest, const unsigned char *b, size_t b_count,
    unsigned char *b_digest) {
  unsigned char first[1024], second[1024];
  const size_t a_blocks = CLibCrypto_sha256_leaf_blocks(a, a_count, first);
  const size_t b_blocks = CLibCrypto_sha256_leaf_blocks(b, b_count, second);
  CLibCrypto_sha256_digests(first, a_blocks, a_digest, second, b_blocks, b_digest);
}
/// The digests of two nodes; `children` are the digests of the four children, one after the other.
static inline void CLibCrypto_sha256_two_nodes(
    const unsigned char *children, unsigned char *a_digest, unsigned char *b_digest) {
  unsigned char first[128], second[128];
  CLibCrypto_sha256_node_blocks(children, children + 32, first);
  CLibCrypto_sha256_node_blocks(children + 64, children + 96, second);
  CLibCrypto_sha256_digests(first, 2, a_digest, second, 2, b_digest);
}
#pragma clang diagnostic pop
#endif

// SHA-256 of little without EVP, whose calls cost as much as two or three blocks. The functions are OpenSSL's own, which its
// default provider calls too; that they are deprecated is their only flaw.
#ifndef CLibCrypto_SHA256_H
#define CLibCrypto_SHA256_H
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/sha.h>
#include <string.h>
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
/// The digest of a byte 0x01 and two digests.
static inline void CLibCrypto_sha256_node(const unsigned char *left, const unsigned char *right, unsigned char *digest) {
  unsigned char blocks[128] = {0};
  blocks[0] = 1;
  memcpy(blocks + 1, left, 32);
  memcpy(blocks + 33, right, 32);
  // FIPS 180-4 section 5.1.1, for 520 bits.
  blocks[65] = 0x80;
  blocks[126] = 520 >> 8;
  blocks[127] = 520 & 0xFF;
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
#pragma clang diagnostic pop
#endif

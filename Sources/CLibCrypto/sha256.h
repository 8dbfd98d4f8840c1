// One block of SHA-256 from a kept state: what EVP copies a context for, which costs more than the block. The functions
// are OpenSSL's own and use the same instructions; that they are deprecated is their only flaw.
#ifndef CLibCrypto_SHA256_H
#define CLibCrypto_SHA256_H
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
/// The digest of a message of 65 to 119 bytes: `block` is its second block with FIPS 180-4's padding.
static inline void CLibCrypto_sha256_end(const unsigned int *state, const unsigned char *block, unsigned char *digest) {
  SHA256_CTX context;
  memcpy(context.h, state, 32);
  SHA256_Transform(&context, block);
  for (int word = 0; word < 8; word++) {
    unsigned int bytes = __builtin_bswap32(context.h[word]);
    memcpy(digest + 4 * word, &bytes, 4);
  }
}
#pragma clang diagnostic pop
#endif

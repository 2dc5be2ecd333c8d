/* Debian builds libgit2 with network transports whose start-up parses the certificate bundle (5 to 13 ms) and which
 * need libraries that have no archive. Nothing here talks to a network through libgit2: these definitions come first,
 * so that the linker never takes those members of libgit2.a. Fetching is left to the git program. The room's
 * link option asks for the first function, which brings this file out of its archive before libgit2.a is searched. */

#include <stddef.h>

void statelane_keep_network_out(void);
void statelane_keep_network_out(void) {}

int git_mbedtls_stream_global_init(void);
int git_mbedtls__set_cert_location(const char* file, const char* path);
int git_mbedtls_stream_new(void** out, const char* host, const char* port);
int git_mbedtls_stream_wrap(void** out, void* in, const char* host);
int git_transport_ssh_global_init(void);
int git_smart_subtransport_ssh(void** out, void* owner, void* param);
int git_transport_ssh_with_paths(void** out, void* owner, void* payload);
int git_http_auth_negotiate(void** out, const void* url);

int git_mbedtls_stream_global_init(void) { return 0; }

/* In a static program this one of glibc loads shared libraries at run time, of the very version that it was linked with.
 * libgit2 refers to it for the home directory of a changed user id, which is not asked for. */
struct passwd;
int getpwuid_r(unsigned user, struct passwd* entry, char* buffer, size_t size, struct passwd** result);

int getpwuid_r(unsigned user, struct passwd* entry, char* buffer, size_t size, struct passwd** result) {
  (void)user;
  (void)entry;
  (void)buffer;
  (void)size;
  *result = 0;
  return 0; /* no such user */
}

int git_mbedtls__set_cert_location(const char* file, const char* path) {
  (void)file;
  (void)path;
  return -1;
}

int git_mbedtls_stream_new(void** out, const char* host, const char* port) {
  (void)host;
  (void)port;
  *out = 0;
  return -1;
}

int git_mbedtls_stream_wrap(void** out, void* in, const char* host) {
  (void)in;
  (void)host;
  *out = 0;
  return -1;
}

int git_transport_ssh_global_init(void) { return 0; }

int git_smart_subtransport_ssh(void** out, void* owner, void* param) {
  (void)owner;
  (void)param;
  *out = 0;
  return -1;
}

int git_transport_ssh_with_paths(void** out, void* owner, void* payload) {
  (void)owner;
  (void)payload;
  *out = 0;
  return -1;
}

int git_http_auth_negotiate(void** out, const void* url) {
  (void)url;
  *out = 0;
  return -1;
}

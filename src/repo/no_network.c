/* Debian builds libgit2 with network transports whose start-up parses the certificate bundle (5 to 13 ms) and which
 * need libraries that have no archive. Nothing here talks to a network through libgit2: these definitions come first,
 * so that the linker never takes those members of libgit2.a. Fetching is left to the git program. git_library.cpp calls
 * the first function, which brings this file out of its archive before libgit2.a is searched. */

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

/* In a static program these of glibc load shared libraries at run time, of the very version that it was linked with.
 * libgit2 refers to them for the home directory of a changed user id and for its own transports; neither is used. */
struct passwd;
struct addrinfo;
int getpwuid_r(unsigned user, struct passwd* entry, char* buffer, size_t size, struct passwd** result);
int getaddrinfo(const char* node, const char* service, const struct addrinfo* hints, struct addrinfo** result);
void freeaddrinfo(struct addrinfo* addresses);

int getpwuid_r(unsigned user, struct passwd* entry, char* buffer, size_t size, struct passwd** result) {
  (void)user;
  (void)entry;
  (void)buffer;
  (void)size;
  *result = 0;
  return 0; /* no such user */
}

int getaddrinfo(const char* node, const char* service, const struct addrinfo* hints, struct addrinfo** result) {
  (void)node;
  (void)service;
  (void)hints;
  *result = 0;
  return -4; /* EAI_FAIL */
}

void freeaddrinfo(struct addrinfo* addresses) { (void)addresses; }

/* OpenSSL and libevent refer to these for names of hosts, ports and protocols; they are given numbers, and libevent
 * looks hosts up by itself. */
struct hostent;
struct servent;
struct protoent;
struct sockaddr;
struct hostent* gethostbyname(const char* name);
int getnameinfo(const struct sockaddr* address, unsigned length, char* host, unsigned host_size, char* service,
                unsigned service_size, int flags);
struct servent* getservbyname(const char* name, const char* protocol);
struct protoent* getprotobynumber(int number);

struct hostent* gethostbyname(const char* name) {
  (void)name;
  return 0; /* no such host */
}

int getnameinfo(const struct sockaddr* address, unsigned length, char* host, unsigned host_size, char* service,
                unsigned service_size, int flags) {
  (void)address;
  (void)length;
  (void)host;
  (void)host_size;
  (void)service;
  (void)service_size;
  (void)flags;
  return -4; /* EAI_FAIL */
}

struct servent* getservbyname(const char* name, const char* protocol) {
  (void)name;
  (void)protocol;
  return 0;
}

struct protoent* getprotobynumber(int number) {
  (void)number;
  return 0;
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

/* In a static program these of glibc load shared libraries at run time, of the very version that it was linked with.
 * libevent, OpenSSL and libgit2 refer to them for names of hosts, ports and protocols: they are given numbers, or are
 * not used for networks at all, and hosts are looked up by libevent's own resolver. name_service.cpp calls the first
 * function, which brings this file out of its archive before glibc's is searched. */

#include <stddef.h>

void statelane_keep_name_service_out(void);
void statelane_keep_name_service_out(void) {}

struct addrinfo;
struct hostent;
struct servent;
struct protoent;
struct sockaddr;
int getaddrinfo(const char* node, const char* service, const struct addrinfo* hints, struct addrinfo** result);
void freeaddrinfo(struct addrinfo* addresses);
struct hostent* gethostbyname(const char* name);
int getnameinfo(const struct sockaddr* address, unsigned length, char* host, unsigned host_size, char* service,
                unsigned service_size, int flags);
struct servent* getservbyname(const char* name, const char* protocol);
struct protoent* getprotobynumber(int number);

int getaddrinfo(const char* node, const char* service, const struct addrinfo* hints, struct addrinfo** result) {
  (void)node;
  (void)service;
  (void)hints;
  *result = 0;
  return -4; /* EAI_FAIL */
}

void freeaddrinfo(struct addrinfo* addresses) { (void)addresses; }

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

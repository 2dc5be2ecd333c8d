"""Whom requests trust and which way they go: what sends the merge request's note stands for all that asks GitLab."""
import base64
import socketserver
import ssl
import threading
import warnings

from certificates import make_certificate
from harness import EndToEndTest, Repository, statelane
from notes_server import NotesServer
from proxy_server import ProxyServer

CANNOT = "statelane: error: cannot write the merge request's note: "
TRUST = "hint: name the authority's certificate with CI_SERVER_TLS_CA_FILE or SSL_CERT_FILE\n"
RETRY = "hint: retry this job: nothing else depends on it\n"
WRITTEN = (0, "wrote a note to merge request !12\n")


class Network(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.repository = Repository(self.scratch, self.environment)
        state = 'terraform {\n  backend "local" {\n    path = "a.tfstate"\n  }\n}\n'
        self.repository.commit("a state", {"a/main.tf": state})
        self.repository.commit("it changes", {"a/main.tf": state + "locals {\n  size = 2\n}\n"})
        self.certificate = make_certificate(self.scratch, "own")
        self.server = self.enterContext(NotesServer(self.certificate))

    def note(self, server, *arguments, host="127.0.0.1", **more):
        """The exit code, and what was said."""
        environment = {**self.environment, "CI_API_V4_URL": server.url(host), "CI_MERGE_REQUEST_PROJECT_ID": "34",
                       "CI_MERGE_REQUEST_IID": "12", "STATELANE_NOTE_TOKEN": "bot-token",
                       "CI_SERVER_TLS_CA_FILE": str(self.certificate), **more}
        server.notes.clear()
        result = statelane("report", "HEAD", "--output", "report.html", "--note", *arguments, cwd=self.repository.directory,
                           env=environment, check=False)
        self.assertNotIn("bot-token", result.stdout + result.stderr)
        return result.returncode, result.stderr.removeprefix("wrote report.html\n")


class Trust(Network):
    """A server that is refused listens, is connected to, and never sees the request: one that is trusted sees it."""

    def refuse(self, certificate, message, hint=TRUST, host="127.0.0.1", context=None, **more):
        with NotesServer(certificate, context) as server:
            self.assertEqual(self.note(server, "--note-timeout", "5s", host=host, **more), (3, CANNOT + message + hint))
            self.assertGreater(server.connections, 0)
            self.assertEqual(server.requests, [])
            self.assertEqual(server.seen_tokens, [])

    def test_the_control_a_server_that_is_trusted_gets_request_and_token(self):
        for more in [{}, {"CI_SERVER_TLS_CA_FILE": "", "SSL_CERT_FILE": str(self.certificate)}]:
            for host in ["127.0.0.1", "localhost"]:
                with self.subTest(host, **more):
                    self.server.requests.clear()
                    self.assertEqual(self.note(self.server, host=host, **more), WRITTEN)
                    self.assertEqual(self.server.requests, ["GET", "POST"])
        self.assertEqual(set(self.server.seen_tokens), {"bot-token"})

    def test_an_authority_that_nobody_knows_is_refused(self):
        self_signed = "the certificate of 127.0.0.1 is not trusted: self-signed certificate\n"
        self.refuse(self.certificate, self_signed, CI_SERVER_TLS_CA_FILE="")
        self.refuse(make_certificate(self.scratch, "other"), self_signed)
        authority = make_certificate(self.scratch, "authority")
        self.refuse(make_certificate(self.scratch, "signed", authority=authority),
                    "the certificate of 127.0.0.1 is not trusted: unable to get local issuer certificate\n")
        with NotesServer(make_certificate(self.scratch, "signed", authority=authority)) as server:
            self.assertEqual(self.note(server, CI_SERVER_TLS_CA_FILE=str(authority)), WRITTEN)

    def test_a_certificate_of_another_host_is_refused(self):
        certificate = make_certificate(self.scratch, "elsewhere", "DNS:gitlab.example.com")
        self.refuse(certificate, "the certificate of 127.0.0.1 is not trusted: IP address mismatch\n",
                    CI_SERVER_TLS_CA_FILE=str(certificate))
        self.refuse(certificate, "the certificate of localhost is not trusted: hostname mismatch\n", host="localhost",
                    CI_SERVER_TLS_CA_FILE=str(certificate))

    def test_a_certificate_that_has_expired_is_refused(self):
        certificate = make_certificate(self.scratch, "expired", days=-1)
        self.refuse(certificate, "the certificate of 127.0.0.1 is not trusted: certificate has expired\n",
                    CI_SERVER_TLS_CA_FILE=str(certificate))

    def test_an_old_protocol_is_refused(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.refuse(self.certificate, "cannot agree on TLS with 127.0.0.1: tlsv1 alert protocol version\n", context=context)

    def test_a_server_without_tls_is_refused(self):
        with NotesServer() as server:
            server.scheme = "https"
            self.assertEqual(self.note(server), (3, f"{CANNOT}cannot agree on TLS with 127.0.0.1: wrong version number\n{TRUST}"))
            self.assertEqual(server.seen_tokens, [])

    def test_a_server_that_goes_away_while_tls_begins_is_said_to_do_so(self):
        with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.server.url = lambda host: f"https://{host}:{server.server_address[1]}/api/v4"
            self.assertEqual(self.note(self.server, "--note-timeout", "1s"),
                             (3, f"{CANNOT}127.0.0.1 closed the connection while TLS began\n{RETRY}"))
            server.shutdown()

    def test_certificates_that_cannot_be_read_are_named(self):
        for variable in ["CI_SERVER_TLS_CA_FILE", "SSL_CERT_FILE"]:
            absent = self.scratch / "absent"
            self.assertEqual(self.note(self.server, **{variable: str(absent)}),
                             (3, f'{CANNOT}cannot read certificates from "{absent}"\n{TRUST}'))
        self.assertEqual(self.server.connections, 0)

    def test_a_redirect_is_not_followed(self):
        for certificate in [self.certificate, None]:
            with NotesServer(certificate) as elsewhere:
                place = elsewhere.url() + "/projects/34/merge_requests/12/notes"
                for status in [301, 302, 303, 307, 308]:
                    self.server.faults = [{"status": status, "headers": {"Location": place}, "body": ""}]
                    self.assertEqual(self.note(self.server), (3, f"{CANNOT}GitLab answers {status}\n"))
                self.assertEqual(elsewhere.connections, 0)
                self.assertEqual(self.note(elsewhere), WRITTEN)


class Proxies(Network):
    def setUp(self):
        super().setUp()
        self.proxy = self.enterContext(ProxyServer())
        self.tunnel = f"CONNECT 127.0.0.1:{self.server.http.server_port}"

    def test_https_goes_through_a_tunnel_that_sees_nothing(self):
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]:
            with self.subTest(name):
                self.proxy.requests.clear()
                self.assertEqual(self.note(self.server, **{name: f"http://{self.proxy.place()}"}), WRITTEN)
                self.assertEqual(self.proxy.requests, [self.tunnel] * 2)
        self.assertGreater(len(self.proxy.seen), 1000)
        self.assertNotIn(b"bot-token", self.proxy.seen)
        self.assertNotIn(b"PRIVATE-TOKEN", self.proxy.seen)

    def test_http_is_asked_for_whole_and_only_by_the_name_in_lower_case(self):
        with NotesServer() as plain:
            place = f"http://{self.proxy.place()}"
            self.assertEqual(self.note(plain, HTTP_PROXY=place, HTTPS_PROXY=place), WRITTEN)
            self.assertEqual(self.proxy.requests, [])
            self.assertEqual(self.note(plain, http_proxy=place.replace("//", "//user:word@")), WRITTEN)
            notes = f"{plain.url()}/projects/34/merge_requests/12/notes"
            self.assertEqual(self.proxy.requests, [f"GET {notes}?sort=asc&order_by=created_at&per_page=100&page=1", f"POST {notes}"])
            self.assertEqual(self.proxy.credentials, ["Basic " + base64.b64encode(b"user:word").decode()] * 2)

    def test_hosts_of_no_proxy_are_reached_without(self):
        for name in ["NO_PROXY", "no_proxy"]:
            for value in ["127.0.0.1", "*", "gitlab.example.com, 127.0.0.0/8"]:
                with self.subTest(value):
                    self.assertEqual(self.note(self.server, HTTPS_PROXY=self.proxy.place(), **{name: value}), WRITTEN)
        self.assertEqual(self.proxy.requests, [])
        self.assertEqual(self.note(self.server, HTTPS_PROXY=self.proxy.place(), no_proxy="other", NO_PROXY="127.0.0.1"), WRITTEN)
        self.assertEqual(self.proxy.requests, [self.tunnel] * 2)

    def test_the_proxy_is_told_who_asks(self):
        self.assertEqual(self.note(self.server, HTTPS_PROXY=f"http://user:w%40rd@{self.proxy.place()}"), WRITTEN)
        self.assertEqual(self.proxy.credentials, ["Basic " + base64.b64encode(b"user:w@rd").decode()] * 2)
        self.assertNotIn("Proxy-Authorization", self.server.seen_headers)

    def test_a_proxy_with_tls_is_verified_as_a_server_is(self):
        with ProxyServer(self.certificate) as proxy:
            self.assertEqual(self.note(self.server, HTTPS_PROXY=f"https://{proxy.place('localhost')}"), WRITTEN)
            self.assertEqual(proxy.requests, [self.tunnel] * 2)
            self.assertNotIn(b"bot-token", proxy.seen)
        with ProxyServer(make_certificate(self.scratch, "other")) as proxy:
            self.assertEqual(self.note(self.server, HTTPS_PROXY=f"https://user:word@{proxy.place()}"),
                             (3, CANNOT + "the proxy for 127.0.0.1 is of no help: the certificate of 127.0.0.1 is not trusted: "
                                          "self-signed certificate\n" + TRUST))
            self.assertEqual((proxy.requests, proxy.credentials), ([], []))

    def test_the_server_behind_a_tunnel_is_verified(self):
        with NotesServer(make_certificate(self.scratch, "other")) as server:
            self.assertEqual(self.note(server, HTTPS_PROXY=self.proxy.place()),
                             (3, CANNOT + "the certificate of 127.0.0.1 is not trusted: self-signed certificate\n" + TRUST))
            self.assertEqual((len(self.proxy.requests), server.seen_tokens), (1, []))

    def test_a_proxy_that_is_of_no_help_is_named(self):
        place = self.server.http.server_port
        no_help = f"{CANNOT}the proxy for 127.0.0.1 is of no help: "
        self.proxy.refusal = 407
        self.assertEqual(self.note(self.server, HTTPS_PROXY=self.proxy.place()),
                         (3, f"{no_help}127.0.0.1 answers 407 to CONNECT 127.0.0.1:{place}\n"
                             "hint: proxies are taken from HTTPS_PROXY, https_proxy, ALL_PROXY and all_proxy; NO_PROXY names the "
                             "hosts to reach without\n"))
        self.assertEqual(len(self.proxy.requests), 1)
        self.proxy.refusal = 502
        self.assertEqual(self.note(self.server, "--note-timeout", "3s", HTTPS_PROXY=self.proxy.place()),
                         (3, f"{no_help}127.0.0.1 answers 502 to CONNECT 127.0.0.1:{place} (2 tries)\n{RETRY}"))
        self.assertEqual(len(self.proxy.requests), 3)
        self.assertEqual(self.note(self.server, "--note-timeout", "1s", HTTPS_PROXY="127.0.0.1:1"),
                         (3, f"{no_help}cannot connect to 127.0.0.1 port 1: Connection refused\n{RETRY}"))
        self.assertEqual(self.note(self.server, HTTPS_PROXY="socks5://127.0.0.1"),
                         (3, f"{CANNOT}the proxy that is set speaks socks5, and only http and https are known\n"
                             "hint: proxies are taken from HTTPS_PROXY, https_proxy, ALL_PROXY and all_proxy; NO_PROXY names the "
                             "hosts to reach without\n"))
        self.assertEqual(self.server.requests, [])

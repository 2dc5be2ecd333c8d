"""Certificates for servers on the loopback interface."""
import os

from harness import require, run


def make_certificate(directory, name, names="IP:127.0.0.1,DNS:localhost", days=2, authority=None):
    """One file with key and certificate, signed by itself, or by the authority whose file is given."""
    file, key, request, certificate, extensions = (directory / f"{name}.{ending}" for ending in ("pem", "key", "csr", "crt", "ext"))
    extensions.write_text(f"subjectAltName={names}\nbasicConstraints=CA:TRUE\n")
    openssl = require("openssl")
    run([openssl, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
         "-keyout", key, "-out", request], cwd=directory, env=os.environ)
    signer = ["-CA", authority, "-CAkey", authority, "-CAcreateserial"] if authority else ["-signkey", key]
    # `req -x509` takes no days before today.
    run([openssl, "x509", "-req", "-in", request, "-days", days, "-extfile", extensions, *signer, "-out", certificate],
        cwd=directory, env=os.environ)
    file.write_text(key.read_text() + certificate.read_text())
    return file

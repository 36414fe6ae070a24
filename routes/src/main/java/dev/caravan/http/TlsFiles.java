package dev.caravan.http;

import dev.caravan.config.Option;
import dev.caravan.config.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509KeyManager;

/** The certificate and key that the port speaks HTTPS with, as they lie on disk. Stateless. */
final class TlsFiles {

    /** A chain of ten is shorter by far. */
    private static final long MOST_BYTES = 1 << 20;

    private final Settings.PemFiles files;
    private final Vertx vertx;

    /** What cannot be used, in one line that names the option. */
    static final class Unusable extends IOException {
        private static final long serialVersionUID = 1L;

        Unusable(Option option, String why) {
            super(option.flag() + " cannot be used: " + why);
        }
    }

    /** The bytes of both files. */
    record Pair(byte[] certificate, byte[] key) {

        boolean same(Pair other) {
            return Arrays.equals(certificate, other.certificate) && Arrays.equals(key, other.key);
        }

        /** Without the key. */
        @Override
        public String toString() {
            return "Pair[" + certificate.length + " and " + key.length + " bytes]";
        }
    }

    /** A chain, the hub's own certificate first, and its key. */
    record Usable(List<X509Certificate> chain, PrivateKey key) {

        Instant expires() {
            return chain.getFirst().getNotAfter().toInstant();
        }

        /** Without the key. */
        @Override
        public String toString() {
            return "Usable[" + chain.getFirst().getSubjectX500Principal() + "]";
        }
    }

    TlsFiles(Settings.PemFiles files, Vertx vertx) {
        this.files = files;
        this.vertx = vertx;
    }

    Pair read() throws Unusable {
        return new Pair(read(Option.TLS_CERTIFICATE, files.certificate()), read(Option.TLS_KEY, files.key()));
    }

    private static byte[] read(Option option, Path file) throws Unusable {
        try {
            if (!Files.isRegularFile(file)) {
                throw new Unusable(option, "there is no such file");
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new Unusable(option, "the file is too large");
            }
            return Files.readAllBytes(file);
        } catch (Unusable e) {
            throw e;
        } catch (IOException e) {
            throw new Unusable(option, "the file cannot be read");
        }
    }

    /** Checked as far as one can without a client: both can be read and belong together. */
    Usable check(Pair pair) throws Unusable {
        List<X509Certificate> chain = chain(pair.certificate());
        if (!new String(pair.key(), StandardCharsets.ISO_8859_1).contains("PRIVATE KEY-----")) {
            throw new Unusable(Option.TLS_KEY, "it holds no private key in PEM form");
        }
        PublicKey certified = chain.getFirst().getPublicKey();
        try {
            Optional<PrivateKey> key = key(pair, certified.getAlgorithm());
            if (key.isPresent() && belong(certified, key.get())) {
                return new Usable(chain, key.get());
            }
        } catch (Exception e) {
            throw new Unusable(Option.TLS_KEY, "it holds no RSA or EC key without password in PEM form (PKCS 8)");
        }
        throw new Unusable(Option.TLS_KEY, "it is not the key of the certificate in " + Option.TLS_CERTIFICATE.flag());
    }

    private static List<X509Certificate> chain(byte[] pem) throws Unusable {
        try {
            var all = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
            if (!all.isEmpty()) {
                return all.stream().map(X509Certificate.class::cast).toList();
            }
        } catch (CertificateException e) {
            // Said below, like a file with none in it.
        }
        throw new Unusable(Option.TLS_CERTIFICATE, "it holds no certificate in PEM form");
    }

    /** Empty when it is of another kind than the certificate's. */
    private Optional<PrivateKey> key(Pair pair, String algorithm) throws Exception {
        PemKeyCertOptions pem = new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(pair.certificate()))
                .addKeyValue(Buffer.buffer(pair.key()));
        X509KeyManager manager = (X509KeyManager) pem.getKeyManagerFactory(vertx).getKeyManagers()[0];
        String[] names = manager.getServerAliases(algorithm, null);
        return names == null ? Optional.empty() : Optional.of(manager.getPrivateKey(names[0]));
    }

    private static boolean belong(PublicKey certified, PrivateKey key) throws GeneralSecurityException {
        if (!certified.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        Signature signature = Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
        byte[] sample = {1, 2, 3};
        signature.initSign(key);
        signature.update(sample);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(sample);
        try {
            return signature.verify(signed);
        } catch (SignatureException e) {
            // Of a key on another curve or of another size.
            return false;
        }
    }
}

package dev.caravan.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.PemPair;
import dev.caravan.config.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilesTest {

    private static Vertx vertx;
    private static PemPair first;
    private static PemPair second;

    @TempDir
    static Path made;

    @TempDir
    Path folder;

    private Path certificate;
    private Path key;
    private TlsFiles files;

    @BeforeAll
    static void make() {
        vertx = Vertx.vertx();
        first = PemPair.make(made, "first");
        second = PemPair.make(made, "second");
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void lay() throws IOException {
        certificate = Files.copy(first.certificate(), folder.resolve("tls.crt"));
        key = Files.copy(first.key(), folder.resolve("tls.key"));
        files = new TlsFiles(new Settings.PemFiles(certificate, key), vertx);
    }

    private String refusal() {
        return assertThrows(TlsFiles.Unusable.class, () -> files.check(files.read())).getMessage();
    }

    @Test
    void aFileThatIsNotThereIsNamedByItsOption() throws IOException {
        Files.delete(key);
        assertEquals("--tls-key cannot be used: there is no such file", refusal());
        Files.delete(certificate);
        assertEquals("--tls-certificate cannot be used: there is no such file", refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----"})
    void aFileWithoutCertificateIsNone(String text) throws IOException {
        Files.writeString(certificate, text);
        assertEquals("--tls-certificate cannot be used: it holds no certificate in PEM form", refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
    })
    void aKeyThatCannotBeReadIsNone(String text) throws IOException {
        Files.writeString(key, text);
        assertEquals("--tls-key cannot be used: it holds no RSA or EC key without password in PEM form (PKCS 8)", refusal());
    }

    @Test
    void theCertificateIsNoKey() throws IOException {
        Files.copy(first.certificate(), key, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertEquals("--tls-key cannot be used: it holds no private key in PEM form", refusal());
    }

    @Test
    void theKeyOfAnotherCertificateIsSeen() throws IOException {
        Files.copy(second.key(), key, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertEquals("--tls-key cannot be used: it is not the key of the certificate in --tls-certificate", refusal());
    }

    @Test
    void aBadPairOnDiskChangesNothingAndAGoodOneIsTakenIntoUse() throws IOException {
        TlsFiles.Pair pair = files.read();
        TlsIdentity identity = new TlsIdentity(files.check(pair));
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setSsl(true)
                        .setKeyCertOptions(KeyCertOptions.wrap(identity)))
                .requestHandler(request -> request.response().end());
        server.listen(0).toCompletionStage().toCompletableFuture().join();
        TlsWatch watch = new TlsWatch(files, pair, identity);
        shakesHands(server, first);

        Files.copy(second.key(), key, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        watch.look();
        watch.look();
        shakesHands(server, first);

        Files.copy(second.certificate(), certificate, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        watch.look();
        shakesHands(server, second);
        assertThrows(SSLHandshakeException.class, () -> shakesHands(server, first));

        Files.delete(key);
        watch.look();
        shakesHands(server, second);
    }

    private static void shakesHands(HttpServer server, PemPair trusted) throws IOException {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            try (SSLSocket socket =
                    (SSLSocket) trusted.trusted().getSocketFactory().createSocket("127.0.0.1", server.actualPort())) {
                socket.setEnabledProtocols(new String[] {version});
                socket.setSoTimeout(30_000);
                socket.startHandshake();
            }
        }
    }
}

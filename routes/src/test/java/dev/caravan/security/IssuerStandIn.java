package dev.caravan.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A small OpenID provider on loopback, whose answers a test may change. */
public final class IssuerStandIn implements AutoCloseable {

    public static final String AUDIENCE = "caravan";

    public final AtomicInteger keyCalls = new AtomicInteger();
    public volatile int status = 200;
    /** Where the discovery document sends; itself when empty. */
    public volatile String movedTo = "";
    public volatile UnaryOperator<String> discovery = text -> text;
    private volatile String keys = "";
    private final HttpServer server;
    private final Instant now;

    public IssuerStandIn(Instant now, JWK... keys) {
        this.now = now;
        publish(keys);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/realm/.well-known/openid-configuration", call -> {
            String document = "{\"issuer\":\"" + issuer() + "\",\"jwks_uri\":\"" + issuer() + "/certs\"}";
            if (!movedTo.isEmpty()) {
                call.getResponseHeaders().set("Location", movedTo);
            }
            answer(call, movedTo.isEmpty() ? status : 302, discovery.apply(document));
        });
        server.createContext("/realm/certs", call -> {
            keyCalls.incrementAndGet();
            answer(call, status, keys());
        });
        server.start();
    }

    private static void answer(com.sun.net.httpserver.HttpExchange call, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (call) {
            call.sendResponseHeaders(status, bytes.length);
            call.getResponseBody().write(bytes);
        }
    }

    private String keys() {
        return keys;
    }

    public void publish(JWK... shown) {
        keys = new JWKSet(List.of(shown)).toString(true);
    }

    /** What it answers in place of keys. */
    public void publishText(String text) {
        keys = text;
    }

    public URI issuer() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/realm");
    }

    /** A good set of claims for five minutes. */
    public JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(issuer().toString())
                .audience(AUDIENCE)
                .subject("anna")
                .expirationTime(Date.from(now.plusSeconds(300)))
                .claim("roles", List.of("caravan-producer"));
    }

    public static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    public static ECKey ec(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    public static String signed(JWTClaimsSet claims, ECKey key) {
        return signed(claims, key, JOSEObjectType.JWT);
    }

    public static String signed(JWTClaimsSet claims, ECKey key, JOSEObjectType type) {
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).type(type).build(), claims);
            jwt.sign(new ECDSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    public static String signed(JWTClaimsSet claims, RSAKey key, JWSAlgorithm algorithm) {
        try {
            SignedJWT jwt = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims);
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package dev.caravan.security;

import static dev.caravan.security.IssuerStandIn.signed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.caravan.config.Settings;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OidcTokensTest {

    private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
    private static final OidcTokens.Pace EAGER = new OidcTokens.Pace(
            Duration.ofSeconds(20), Duration.ofMinutes(5), Duration.ofNanos(1_000_000), Duration.ofHours(1));
    private static final OidcTokens.Pace PATIENT = new OidcTokens.Pace(
            Duration.ofSeconds(20), Duration.ofMinutes(5), Duration.ofMinutes(4), Duration.ofHours(1));

    private static ECKey key;
    private static ECKey other;
    private static RSAKey rsa;

    private IssuerStandIn issuer;
    private OidcTokens tokens;

    @BeforeAll
    static void makeKeys() {
        key = IssuerStandIn.ec("first");
        other = IssuerStandIn.ec("second");
        rsa = IssuerStandIn.rsa("rsa");
    }

    @BeforeEach
    void start() {
        issuer = new IssuerStandIn(NOW, key, rsa);
        tokens = verifier(EAGER, "roles", Set.of("caravan-viewer"));
    }

    @AfterEach
    void stop() {
        tokens.close();
        issuer.close();
    }

    private OidcTokens verifier(OidcTokens.Pace pace, String claim, Set<String> viewers) {
        return new OidcTokens(
                new Settings.Oidc(
                        issuer.issuer(), "caravan", Optional.empty(), claim, Set.of("caravan-operator"), Set.of("caravan-producer"), viewers),
                pace,
                InstantSource.fixed(NOW));
    }

    private void refused(JWTClaimsSet.Builder claims) {
        assertEquals(Optional.empty(), tokens.verify(signed(claims.build(), key)));
    }

    @Test
    void aTokenOfTheProviderIsAPrincipalUntilItExpires() {
        assertEquals(
                new Principal("oidc:anna", Role.PRODUCER, Optional.empty(), Optional.of(NOW.plusSeconds(300))),
                tokens.verify(signed(issuer.claims().build(), key)).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS512", "PS256", "PS384"})
    void rsaSignaturesOfEveryKindAreTaken(String algorithm) {
        assertTrue(tokens.verify(signed(issuer.claims().build(), rsa, JWSAlgorithm.parse(algorithm))).isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = "EdDSA")
    void edwardsSignaturesAreTakenAndForgedOnesAreNot(String algorithm) throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = pair.getPublic().getEncoded();
        Base64URL point = Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        issuer.publish(new OctetKeyPair.Builder(Curve.Ed25519, point).keyID("ed").build());
        String head = Base64URL.encode("{\"alg\":\"" + algorithm + "\",\"kid\":\"ed\"}") + "."
                + Base64URL.encode(issuer.claims().build().toString());
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(head.getBytes(StandardCharsets.US_ASCII));
        byte[] signature = signer.sign();
        assertTrue(tokens.verify(head + "." + Base64URL.encode(signature)).isPresent());
        signature[3] ^= 1;
        assertFalse(tokens.verify(head + "." + Base64URL.encode(signature)).isPresent());
        assertFalse(tokens.verify(head + ".AAAA").isPresent());
    }

    @Test
    void aTokenWithoutSignatureIsNone() {
        assertFalse(tokens.verify(new PlainJWT(issuer.claims().build()).serialize()).isPresent());
        String good = signed(issuer.claims().build(), key);
        assertFalse(tokens.verify(good.substring(0, good.lastIndexOf('.') + 1)).isPresent());
    }

    @Test
    void thePublicKeyDoesNotSign() throws Exception {
        SignedJWT forged = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(), issuer.claims().build());
        forged.sign(new MACSigner(rsa.toPublicKey().getEncoded()));
        assertFalse(tokens.verify(forged.serialize()).isPresent());
        assertFalse(tokens.mayBlock(forged.serialize()));
        assertEquals(0, issuer.keyCalls.get());
    }

    @Test
    void aKeyThatTheTokenBringsAlongDoesNotCount() throws Exception {
        SignedJWT forged = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).jwk(other.toPublicJWK()).build(), issuer.claims().build());
        forged.sign(new com.nimbusds.jose.crypto.ECDSASigner(other));
        assertFalse(tokens.verify(forged.serialize()).isPresent());
    }

    @Test
    void somebodyElsesKeyUnderTheNameOfOneDoesNotCount() {
        ECKey named = new ECKey.Builder(other).keyID("first").build();
        assertFalse(tokens.verify(signed(issuer.claims().build(), named)).isPresent());
    }

    @Test
    void anotherIssuerIsRefusedAndNobodyIsAsked() {
        refused(issuer.claims().issuer("https://evil.example"));
        refused(issuer.claims().issuer(null));
        assertEquals(0, issuer.keyCalls.get());
    }

    @Test
    void anotherAudienceIsRefused() {
        refused(issuer.claims().audience("another"));
        refused(issuer.claims().audience(List.of()));
        assertTrue(tokens.verify(signed(issuer.claims().audience(List.of("x", "caravan")).build(), key)).isPresent());
    }

    @ParameterizedTest
    @CsvSource({"-61, false", "-50, true", "50, true"})
    void anExpiredTokenIsRefusedWithAMinuteForClocksThatDiffer(int seconds, boolean taken) {
        JWTClaimsSet claims = issuer.claims().expirationTime(Date.from(NOW.plusSeconds(seconds))).build();
        assertEquals(taken, tokens.verify(signed(claims, key)).isPresent());
    }

    @ParameterizedTest
    @CsvSource({"62, false", "50, true"})
    void aTokenThatIsNotYetValidIsRefused(int seconds, boolean taken) {
        JWTClaimsSet claims = issuer.claims().notBeforeTime(Date.from(NOW.plusSeconds(seconds))).build();
        assertEquals(taken, tokens.verify(signed(claims, key)).isPresent());
    }

    @Test
    void aTokenWithoutEndOrSubjectIsRefused() {
        refused(issuer.claims().expirationTime(null));
        refused(issuer.claims().subject(null));
    }

    @Test
    void aSignedTextOfAnotherTypeIsNoToken() {
        JWTClaimsSet claims = issuer.claims().build();
        assertFalse(tokens.verify(signed(claims, key, new JOSEObjectType("logout+jwt"))).isPresent());
        assertTrue(tokens.verify(signed(claims, key, new JOSEObjectType("at+JWT"))).isPresent());
        assertTrue(tokens.verify(signed(claims, key, null)).isPresent());
    }

    @Test
    void whatIsTooLongOrNoTokenAtAllCostsNothing() {
        String nested = "{\"iss\":\"" + issuer.issuer() + "\",\"a\":" + "[".repeat(5000) + "}";
        String header = Base64URL.encode("{\"alg\":\"ES256\",\"kid\":\"first\"}").toString();
        for (String hostile : List.of(
                signed(issuer.claims().claim("much", "x".repeat(8192)).build(), key),
                header + "." + Base64URL.encode(nested) + ".AAAA",
                header + "..",
                "ey..",
                "ey.ey.ey",
                "",
                "open sesame",
                Base64URL.encode("{\"alg\":7,\"kid\":{}}") + ".e30.AAAA")) {
            assertFalse(tokens.mayBlock(hostile));
            assertFalse(tokens.verify(hostile).isPresent());
        }
        assertEquals(0, issuer.keyCalls.get());
    }

    @Test
    void anExtensionThatMustBeKnownAndIsNotRefusesTheToken() throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("first").criticalParams(Set.of("exp")).build(),
                issuer.claims().build());
        jwt.sign(new com.nimbusds.jose.crypto.ECDSASigner(key));
        assertFalse(tokens.verify(jwt.serialize()).isPresent());
    }

    @Test
    void keysAreAskedForOnceAndAgainWhenTheyChange() {
        String token = signed(issuer.claims().build(), key);
        assertTrue(tokens.mayBlock(token));
        assertTrue(tokens.verify(token).isPresent());
        assertFalse(tokens.mayBlock(token));
        assertTrue(tokens.verify(token).isPresent());
        assertEquals(1, issuer.keyCalls.get());

        issuer.publish(other);
        String next = signed(issuer.claims().build(), other);
        assertTrue(tokens.mayBlock(next));
        assertTrue(tokens.verify(next).isPresent());
        assertEquals(2, issuer.keyCalls.get());
        assertFalse(tokens.verify(token).isPresent(), "a key that was withdrawn");
    }

    @Test
    void tokensThatNameUnknownKeysDoNotMakeItAskWithoutEnd() {
        try (OidcTokens patient = verifier(PATIENT, "roles", Set.of())) {
            for (int i = 0; i < 20; i++) {
                ECKey unknown = new ECKey.Builder(other).keyID("unknown-" + i).build();
                assertFalse(patient.verify(signed(issuer.claims().build(), unknown)).isPresent());
            }
            assertTrue(issuer.keyCalls.get() <= 2, issuer.keyCalls + " calls");
            assertTrue(patient.verify(signed(issuer.claims().build(), key)).isPresent());
        }
    }

    @Test
    void aProviderThatIsAwayCostsItsTokensUntilItIsBack() {
        issuer.status = 503;
        String token = signed(issuer.claims().build(), key);
        assertFalse(tokens.verify(token).isPresent());
        issuer.status = 200;
        KeysAgain.await(() -> tokens.verify(token).isPresent());
    }

    @Test
    void itsLastKeysAreGoodWhileItIsAway() {
        String token = signed(issuer.claims().build(), key);
        assertTrue(tokens.verify(token).isPresent());
        issuer.status = 503;
        assertFalse(tokens.verify(signed(issuer.claims().build(), other)).isPresent());
        assertTrue(tokens.verify(token).isPresent());
    }

    @Test
    void aDocumentOfAnotherIssuerIsNotBelieved() {
        issuer.discovery = text -> text.replace("\"issuer\":\"http", "\"issuer\":\"https");
        assertFalse(tokens.verify(signed(issuer.claims().build(), key)).isPresent());
        assertEquals(0, issuer.keyCalls.get());
    }

    @Test
    void nobodyIsSentElsewhere() {
        try (IssuerStandIn elsewhere = new IssuerStandIn(NOW, other)) {
            issuer.movedTo = elsewhere.issuer() + "/.well-known/openid-configuration";
            assertFalse(tokens.verify(signed(issuer.claims().build(), other)).isPresent());
            assertEquals(0, elsewhere.keyCalls.get());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"keys\":7}", "{\"keys\":[{\"kty\":\"RSA\"}]}", "<html>"})
    void aBrokenSetOfKeysRefusesTokensAndNothingElse(String text) {
        issuer.publishText(text);
        assertFalse(tokens.verify(signed(issuer.claims().build(), key)).isPresent());
    }

    @Test
    void aSetOfKeysWithoutEndIsNotRead() {
        issuer.publishText("{\"keys\":[" + " ".repeat(300 << 10) + "]}");
        assertFalse(tokens.verify(signed(issuer.claims().build(), key)).isPresent());
    }

    @Test
    void rolesLieWhereTheClaimSaysAndTheHighestCounts() {
        Map<String, Object> nested = Map.of("realm_access", Map.of("roles", List.of("caravan-viewer", "caravan-operator", "x")));
        assertEquals(Optional.of(Role.OPERATOR), roles("realm_access.roles", Set.of("caravan-viewer")).of(nested));
        assertEquals(
                Optional.of(Role.PRODUCER),
                roles("https://example.org/roles", Set.of()).of(Map.of("https://example.org/roles", "openid caravan-producer")));
        assertEquals(
                Optional.of(Role.VIEWER),
                roles("a.b.c", Set.of("v")).of(Map.of("a", Map.of("x", 1), "a.b", Map.of("c", List.of(1, "v")))));
        assertEquals(Optional.empty(), roles("roles", Set.of("v")).of(Map.of("roles", Map.of("v", true))));
        assertEquals(Optional.empty(), roles("roles", Set.of("v")).of(Map.of("roles", List.of("*", List.of("v")))));
    }

    @Test
    void aTokenWithoutRoleOpensNothingUnlessEverybodyIsAViewer() {
        refused(issuer.claims().claim("roles", List.of("elsewhere")));
        refused(issuer.claims().claim("roles", null));
        try (OidcTokens open = verifier(EAGER, "roles", Set.of("*"))) {
            String token = signed(issuer.claims().claim("roles", null).build(), key);
            assertEquals(Role.VIEWER, open.verify(token).orElseThrow().role());
            String higher = signed(issuer.claims().build(), key);
            assertEquals(Role.PRODUCER, open.verify(higher).orElseThrow().role());
        }
    }

    @Test
    void aSubjectCannotWriteIntoLogsAndTwoOfThemDoNotShareAName() {
        String first = SubjectName.of("oidc:", "a\nWARN b\u001b[31m" + "x".repeat(500));
        String second = SubjectName.of("oidc:", "a\nWARN b\u001b[31m" + "x".repeat(501));
        assertTrue(first.matches("oidc:[ -~]{1,120}"), first);
        assertFalse(first.equals(second));
        assertEquals("oidc:auth0|5f", SubjectName.of("oidc:", "auth0|5f"));
    }

    private OidcRoles roles(String claim, Set<String> viewers) {
        return new OidcRoles(new Settings.Oidc(
                issuer.issuer(), "caravan", Optional.empty(), claim, Set.of("caravan-operator"), Set.of("caravan-producer"), viewers));
    }

    /** Waits for a condition, never for a time. */
    private static final class KeysAgain {
        static void await(java.util.function.BooleanSupplier condition) {
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!condition.getAsBoolean()) {
                assertTrue(System.nanoTime() < end, "not within 30 s");
                Thread.onSpinWait();
            }
        }
    }
}

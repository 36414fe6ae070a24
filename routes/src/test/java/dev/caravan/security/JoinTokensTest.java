package dev.caravan.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinTokensTest {

    private static final String KEY = "a key for the test that is long enough for anybody, whatever is signed with it";
    private static final JOSEObjectType TYPE = new JOSEObjectType("caravan-join+jwt");

    private final TestClock clock = new TestClock();
    private final JoinTokens tokens = tokens(Optional.of(KEY));

    private JoinTokens tokens(Optional<String> key) {
        return new JoinTokens(key, Duration.ofDays(1), clock, new SecureRandom());
    }

    @Test
    void aTokenOpensWhatItSaysUntilItEnds() {
        JoinTokens.Issued issued = tokens.issue(Role.VIEWER, Optional.of("studio"), Duration.ofHours(1));
        Principal who = tokens.verify(issued.token()).orElseThrow();
        assertEquals(new Principal("join:" + issued.id(), Role.VIEWER, Optional.of("studio"), Optional.of(issued.expires())), who);
        assertFalse(issued.toString().contains(issued.token()));

        clock.pass(Duration.ofMinutes(59));
        assertTrue(tokens.verify(issued.token()).isPresent());
        clock.pass(Duration.ofMinutes(1));
        assertEquals(Optional.empty(), tokens.verify(issued.token()));
    }

    @Test
    void hubsWithOneKeyTakeEachOthersTokensAndHubsWithRandomOnesDoNot() {
        String token = tokens.issue(Role.PRODUCER, Optional.empty(), Duration.ofHours(1)).token();
        assertEquals(Role.PRODUCER, tokens(Optional.of(KEY)).verify(token).orElseThrow().role());
        assertEquals(Optional.empty(), tokens(Optional.empty()).verify(token));
    }

    @Test
    void noTokenIsMadeForAnOperatorOrForLongerThanAllowed() {
        assertThrows(IllegalArgumentException.class, () -> tokens.issue(Role.OPERATOR, Optional.empty(), Duration.ofHours(1)));
        assertThrows(IllegalArgumentException.class, () -> tokens.issue(Role.VIEWER, Optional.empty(), Duration.ofDays(2)));
    }

    @Test
    void aRevokedTokenOpensNothing() {
        JoinTokens.Issued issued = tokens.issue(Role.VIEWER, Optional.empty(), Duration.ofDays(1));
        JoinTokens.Issued other = tokens.issue(Role.VIEWER, Optional.empty(), Duration.ofDays(1));
        assertTrue(tokens.revoke(issued.id()));
        assertEquals(Optional.empty(), tokens.verify(issued.token()));
        assertTrue(tokens.verify(other.token()).isPresent());
    }

    @Test
    void theListOfRevokedOnesIsBoundedAndEmptiesWithTime() {
        for (int i = 0; i < JoinTokens.MAX_REVOKED; i++) {
            assertTrue(tokens.revoke("%016d".formatted(i)));
        }
        assertFalse(tokens.revoke("another-one-----"));
        assertTrue(tokens.revoke("%016d".formatted(0)), "known already");
        clock.pass(Duration.ofDays(1));
        assertTrue(tokens.revoke("another-one-----"));
    }

    // --- hostile ones ------------------------------------------------------------------------------------------------

    @Test
    void whatIsSignedAsWeDoIsTakenOrTheTestsBelowProveNothing() throws Exception {
        assertTrue(tokens.verify(signed(KEY, JWSAlgorithm.HS256, TYPE, claims -> claims)).isPresent());
    }

    @Test
    void anotherKeyAnotherAlgorithmOrAnotherKindOfTokenIsRefused() throws Exception {
        refused(signed(KEY + ".", JWSAlgorithm.HS256, TYPE, claims -> claims));
        refused(signed(KEY, JWSAlgorithm.HS512, TYPE, claims -> claims));
        refused(signed(KEY, JWSAlgorithm.HS256, JOSEObjectType.JWT, claims -> claims));
        refused(signed(KEY, JWSAlgorithm.HS256, null, claims -> claims));
    }

    @Test
    void aTokenWithoutASignatureIsRefused() throws Exception {
        String[] parts = signed(KEY, JWSAlgorithm.HS256, TYPE, claims -> claims).split("\\.");
        for (String alg : new String[] {"none", "None", "NONE", "HS256"}) {
            refused(base64("{\"alg\":\"" + alg + "\",\"typ\":\"caravan-join+jwt\"}") + "." + parts[1] + ".");
        }
        refused(parts[0] + "." + parts[1]);
    }

    @Test
    void whatWasTamperedWithIsRefused() throws Exception {
        String[] parts = signed(KEY, JWSAlgorithm.HS256, TYPE, claims -> claims).split("\\.");
        String payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        assertTrue(payload.contains("viewer"));
        refused(parts[0] + "." + base64(payload.replace("viewer", "producer")) + "." + parts[2]);
        refused(parts[0] + "." + parts[1] + "." + parts[2].substring(2));
    }

    @Test
    void claimsThatAreMissingOrMakeNoSenseAreRefused() throws Exception {
        Date now = Date.from(clock.instant());
        refusedWith(claims -> claims.claim("role", "operator"));
        refusedWith(claims -> claims.claim("role", "metrics"));
        refusedWith(claims -> claims.claim("role", null));
        refusedWith(claims -> claims.claim("role", 7));
        refusedWith(claims -> claims.claim("session", 7));
        refusedWith(claims -> claims.issuer("https://login.example"));
        refusedWith(claims -> claims.expirationTime(null));
        refusedWith(claims -> claims.expirationTime(now));
        refusedWith(claims -> claims.notBeforeTime(Date.from(clock.instant().plusSeconds(1))));
        refusedWith(claims -> claims.jwtID(null));
        refusedWith(claims -> claims.jwtID("../../../etc/pw"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b.c", "....", "e30.e30.e30", "{}", "%00", "eyJhbGciOiJIUzI1NiJ9.W10.AAAA"})
    void rubbishIsRefused(String token) {
        refused(token);
    }

    @Test
    void aHugeTokenIsRefusedUnread() throws Exception {
        refused(signed(KEY, JWSAlgorithm.HS256, TYPE, claims -> claims.claim("padding", "x".repeat(4096))));
        refused(base64("[".repeat(100_000)) + ".e30.AAAA");
    }

    private void refusedWith(UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        refused(signed(KEY, JWSAlgorithm.HS256, TYPE, change));
    }

    private void refused(String token) {
        assertEquals(Optional.empty(), tokens.verify(token), token);
    }

    private String signed(String key, JWSAlgorithm algorithm, JOSEObjectType type, UnaryOperator<JWTClaimsSet.Builder> change)
            throws Exception {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer("caravan-hub")
                .jwtID("0123456789abcdef")
                .expirationTime(Date.from(clock.instant().plusSeconds(60)))
                .claim("role", "viewer");
        SignedJWT jwt = new SignedJWT(new JWSHeader.Builder(algorithm).type(type).build(), change.apply(claims).build());
        jwt.sign(new MACSigner(key));
        return jwt.serialize();
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}

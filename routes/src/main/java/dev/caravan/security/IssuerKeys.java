package dev.caravan.security;

import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.caravan.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of an OpenID provider, fetched each time it is asked; caching and limits are put around it. Where they lie is found through
 * the discovery document, which has to be the provider's own. Says in one log line when the provider goes away and in one when it is
 * back. Thread-safe.
 */
final class IssuerKeys implements JWKSetSource<SecurityContext> {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);

    private final URI issuer;
    private final IssuerWeb web;
    private final InstantSource clock;
    private volatile Optional<URI> address;
    private volatile @Nullable Known known;
    private boolean away;

    private record Known(JWKSet keys, Instant fetched) {}

    IssuerKeys(Settings.Oidc settings, IssuerWeb web, InstantSource clock) {
        this.issuer = settings.issuer();
        this.address = settings.jwks();
        this.web = web;
        this.clock = clock;
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long now, @Nullable SecurityContext context)
            throws JWKSetUnavailableException {
        try {
            JWKSet keys = fetch();
            known = new Known(keys, clock.instant());
            arrived(keys.size());
            return keys;
        } catch (IOException e) {
            failed(e.getMessage());
            throw new JWKSetUnavailableException(e.getMessage(), e);
        }
    }

    /** Whether keys that fit were fetched so lately that nobody has to ask for them again. */
    boolean has(JWKMatcher wanted, Duration lately) {
        Known last = known;
        return last != null
                && clock.instant().isBefore(last.fetched().plus(lately))
                && !new JWKSelector(wanted).select(last.keys()).isEmpty();
    }

    private JWKSet fetch() throws IOException {
        URI from = address.isPresent() ? address.get() : discover();
        try {
            JWKSet keys = JWKSet.parse(web.read(from));
            address = Optional.of(from);
            return keys;
        } catch (ParseException e) {
            throw new IOException(IssuerWeb.shown(from) + " holds no set of keys", e);
        }
    }

    private URI discover() throws IOException {
        URI page = URI.create(issuer.toString().replaceFirst("/$", "") + "/.well-known/openid-configuration");
        Map<String, Object> document;
        try {
            document = JSONObjectUtils.parse(web.read(page));
        } catch (ParseException e) {
            throw new IOException(IssuerWeb.shown(page) + " is not JSON", e);
        }
        // Else one provider could vouch with the keys of another (OpenID Connect Discovery §4.3).
        if (!issuer.toString().equals(document.get("issuer"))) {
            throw new IOException(IssuerWeb.shown(page) + " speaks for another issuer: --oidc-issuer must be exactly what it names");
        }
        try {
            URI keys = URI.create(String.valueOf(document.get("jwks_uri")));
            boolean guarded = "https".equals(keys.getScheme()) || "http".equals(issuer.getScheme());
            if (keys.getHost() != null && guarded) {
                return keys;
            }
        } catch (IllegalArgumentException e) {
            // Said below, like an address of another kind.
        }
        throw new IOException(IssuerWeb.shown(page) + " names no usable jwks_uri");
    }

    private synchronized void arrived(int keys) {
        if (away) {
            LOG.info("OpenID issuer {} answers again", IssuerWeb.shown(issuer));
        } else {
            LOG.debug("OpenID issuer {} has {} keys", IssuerWeb.shown(issuer), keys);
        }
        away = false;
    }

    private synchronized void failed(String why) {
        if (!away) {
            LOG.warn("Keys of the OpenID issuer cannot be had: {}; tokens that need them are refused until they can", why);
        }
        away = true;
    }

    @Override
    public void close() {
        web.close();
    }
}

package dev.caravan.http;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that new handshakes get; it may change at any time. A handshake names the one it began with, so the one before is kept
 * until the next change. (Giving the server other options instead would refuse connections for a moment.) Thread-safe.
 */
final class TlsIdentity extends X509ExtendedKeyManager {

    private final AtomicLong number = new AtomicLong();
    private volatile Held held;

    private record Held(Named current, Named former) {}

    private record Named(String alias, TlsFiles.Usable pair) {}

    TlsIdentity(TlsFiles.Usable first) {
        Named named = named(first);
        held = new Held(named, named);
    }

    /** From now on. */
    void use(TlsFiles.Usable next) {
        held = new Held(named(next), held.current());
    }

    private Named named(TlsFiles.Usable pair) {
        return new Named("certificate-" + number.incrementAndGet(), pair);
    }

    private TlsFiles.@Nullable Usable of(String alias) {
        Held now = held;
        if (now.current().alias().equals(alias)) {
            return now.current().pair();
        }
        return now.former().alias().equals(alias) ? now.former().pair() : null;
    }

    private @Nullable String current(String keyType) {
        Named current = held.current();
        return current.pair().key().getAlgorithm().equals(keyType) ? current.alias() : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return current(keyType);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return current(keyType);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = current(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        TlsFiles.@Nullable Usable pair = of(alias);
        return pair == null ? null : pair.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        TlsFiles.@Nullable Usable pair = of(alias);
        return pair == null ? null : pair.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }
}

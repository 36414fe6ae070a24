package dev.caravan.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes new certificate files into use while the port is open. Connections that stand keep theirs. A pair that cannot be used changes
 * nothing; it is named in one log line when it is seen a second time, because two files are never written at once. Used by one thread at
 * a time.
 */
final class TlsWatch {

    private static final Logger LOG = LoggerFactory.getLogger(TlsWatch.class);

    private final TlsFiles files;
    private final TlsIdentity identity;
    private TlsFiles.Pair used;
    private String trouble = "";
    private boolean told;

    TlsWatch(TlsFiles files, TlsFiles.Pair used, TlsIdentity identity) {
        this.files = files;
        this.used = used;
        this.identity = identity;
    }

    /** Looks at the files; not for an event loop. */
    synchronized void look() {
        try {
            TlsFiles.Pair now = files.read();
            if (!now.same(used)) {
                TlsFiles.Usable usable = files.check(now);
                identity.use(usable);
                used = now;
                LOG.info("New certificate in use, valid until {}", usable.expires());
            }
            trouble = "";
            told = false;
        } catch (TlsFiles.Unusable e) {
            failed(e.getMessage());
        }
    }

    private void failed(String why) {
        if (!why.equals(trouble)) {
            trouble = why;
            told = false;
        } else if (!told) {
            told = true;
            LOG.warn("{}; the certificate from before stays in use", why);
        }
    }
}

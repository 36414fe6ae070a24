package dev.caravan.inference.model;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;

/**
 * Which addresses may be asked, and who gets to see a token. Consulted before every single request, so before those that a redirect
 * leads to as well. Thread-safe; it may block to ask a name server.
 */
@FunctionalInterface
public interface WebAccess {

    /**
     * Begins a request.
     *
     * @param uri what is wanted: absolute, of any scheme and host
     * @return a request for it, with whatever this one host may see
     * @throws DownloadException when nothing is fetched from there; the message does not repeat the address
     * @throws IOException       when that cannot be told now; trying again may help
     */
    HttpRequest.Builder request(URI uri) throws DownloadException, IOException;
}

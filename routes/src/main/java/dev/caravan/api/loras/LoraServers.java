package dev.caravan.api.loras;

import dev.caravan.api.ApiError;
import dev.caravan.inference.model.DownloadException;
import dev.caravan.inference.model.WebAccess;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which servers adapters may come from, and which of them gets to see which token. Asked before every request, those of redirects too.
 *
 * <p>The person who runs the hub may name servers that lie anywhere. All others need TLS and a public address. That a name can change its
 * address between the check and the connection gains nobody anything: a private server has no certificate for that name.
 *
 * @param hub      Hugging Face or a mirror; its token goes nowhere else
 * @param hubToken asked before each request
 * @param civitai  CivitAI or a mirror; its token goes there and, if it is the public one, to its sub-domains
 * @param civitaiToken asked before each request
 * @param named    {@code host} or {@code host:port} in lower case, which may lie anywhere and need no TLS
 * @param resolves whether names are looked up here; behind a proxy they are looked up there
 */
record LoraServers(
        URI hub,
        Supplier<Optional<String>> hubToken,
        URI civitai,
        Supplier<Optional<String>> civitaiToken,
        Set<String> named,
        boolean resolves)
        implements WebAccess {

    private static final Set<String> HUGGING_FACE = Set.of("huggingface.co", "www.huggingface.co", "hf.co");
    private static final Set<String> CIVITAI = Set.of("civitai.com", "www.civitai.com");
    static final String TOKEN = "token";

    @Override
    public HttpRequest.Builder request(URI uri) throws DownloadException {
        if (WebAddress.parse(uri.toString()).isEmpty()) {
            throw new RefusedAddressException("The server redirects to where no file can come from");
        }
        if (WebAddress.sameOrigin(uri, hub)) {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri);
            hubToken.get().ifPresent(token -> request.header("Authorization", "Bearer " + token));
            return request;
        }
        if (isCivitai(uri)) {
            Optional<String> token = WebAddress.query(uri, TOKEN).isPresent() ? Optional.empty() : civitaiToken.get();
            return HttpRequest.newBuilder(token.map(value -> WebAddress.withQuery(uri, TOKEN, value)).orElse(uri));
        }
        if (!isNamed(uri)) {
            requirePublic(uri);
        }
        return HttpRequest.newBuilder(uri);
    }

    /**
     * An address given to {@code POST /api/v1/loras}.
     *
     * @throws ApiError 400 when it is on none of the three sites (nor on a server that was named)
     */
    URI requireOffered(String url) {
        return WebAddress.parse(url)
                .filter(uri -> isNamed(uri) || isOffered(uri))
                .orElseThrow(() -> ApiError.badRequest("URL must be from civitai.com or hf.co or huggingface.co"));
    }

    /**
     * An address given with {@code source: url}.
     *
     * @throws ApiError 400 when it is none, or one without TLS
     */
    URI requireAny(String url) {
        return WebAddress.parse(url)
                .filter(uri -> isNamed(uri) || WebAddress.isSecure(uri))
                .orElseThrow(() -> ApiError.badRequest("url must be an address that begins with https://"));
    }

    /** The same on the mirror, where there is one. */
    URI located(URI uri) {
        if (!isOffered(uri)) {
            return uri;
        }
        String host = WebAddress.host(uri);
        return HUGGING_FACE.contains(host) ? on(hub, uri) : CIVITAI.contains(host) ? on(civitai, uri) : uri;
    }

    /** A file of a repository. @param repo owner/name */
    URI hubFile(String repo, String file) {
        return URI.create(base(hub) + "/" + repo + "/resolve/main/" + WebAddress.encoded(file));
    }

    /** A version's file. @param version digits */
    URI civitaiFile(String version) {
        return URI.create(base(civitai) + "/api/download/models/" + version);
    }

    static boolean isHuggingFace(URI uri) {
        return isOrBelow(WebAddress.host(uri), "huggingface.co") || isOrBelow(WebAddress.host(uri), "hf.co");
    }

    private static boolean isOffered(URI uri) {
        boolean site = isHuggingFace(uri) || isOrBelow(WebAddress.host(uri), "civitai.com");
        return site && WebAddress.isSecure(uri) && WebAddress.port(uri) == 443;
    }

    boolean isCivitai(URI uri) {
        boolean below = WebAddress.isSecure(uri)
                && WebAddress.port(uri) == 443
                && CIVITAI.contains(WebAddress.host(civitai))
                && isOrBelow(WebAddress.host(uri), "civitai.com");
        return below || WebAddress.sameOrigin(uri, civitai);
    }

    private boolean isNamed(URI uri) {
        String host = WebAddress.host(uri);
        return named.contains(host) && uri.getPort() < 0 || named.contains(host + ":" + WebAddress.port(uri));
    }

    private void requirePublic(URI uri) throws RefusedAddressException {
        if (!WebAddress.isSecure(uri)) {
            throw new RefusedAddressException("The server redirects to an address without TLS; --lora-hosts can allow its host");
        }
        String host = WebAddress.host(uri);
        boolean literal = host.startsWith("[") || host.matches("[0-9.]+");
        if (!resolves && !literal && !isLocalName(host)) {
            return;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!PublicAddress.is(address)) {
                    throw new RefusedAddressException("Files do not come from private addresses; --lora-hosts can allow this host");
                }
            }
        } catch (UnknownHostException e) {
            throw new RefusedAddressException("There is no server of this name");
        }
    }

    private static boolean isLocalName(String host) {
        String name = host.replaceFirst("\\.$", "");
        return !name.contains(".") || name.endsWith(".localhost") || name.endsWith(".local") || name.endsWith(".internal");
    }

    private static boolean isOrBelow(String host, String domain) {
        return host.equals(domain) || host.endsWith("." + domain);
    }

    private static URI on(URI server, URI uri) {
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return URI.create(base(server) + uri.getRawPath() + query);
    }

    private static String base(URI server) {
        return server.toString().replaceFirst("/+$", "");
    }

    /** An address nothing is fetched from. */
    static final class RefusedAddressException extends DownloadException {

        private static final long serialVersionUID = 1L;

        RefusedAddressException(String message) {
            super(message);
        }
    }
}

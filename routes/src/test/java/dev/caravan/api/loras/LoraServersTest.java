package dev.caravan.api.loras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.model.DownloadException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraServersTest {

    private final LoraServers servers = servers("https://huggingface.co", "https://civitai.com");

    @ParameterizedTest
    @ValueSource(strings = {
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
        "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::127.0.0.1", "fe80::1", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "64:ff9b::7f00:1", "2001::1", "2001:db8::1",
        "2002:7f00:1::1", "100::1",
    })
    void whatIsNotOfThePublicInternetIsNotPublic(String address) throws Exception {
        assertFalse(PublicAddress.is(InetAddress.getByName(address)), address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "100.128.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1"})
    void theRestIs(String address) throws Exception {
        assertTrue(PublicAddress.is(InetAddress.getByName(address)), address);
    }

    @ParameterizedTest
    @CsvSource({
        "https://huggingface.co/x, true, false", "https://HuggingFace.co/x, true, false", "https://huggingface.co:443/x, true, false",
        "https://civitai.com/x, false, true", "https://api.civitai.com/x, false, true",
    })
    void eachTokenGoesToItsOwnSite(String uri, boolean hub, boolean civitai) throws Exception {
        assertTokens(servers, uri, hub, civitai);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "https://cdn.huggingface.co/x", "https://hf.co/x", "https://huggingface.co:444/x", "http://huggingface.co/x", "https://evilhuggingface.co/x",
        "https://civitai.com.evil.example/x", "http://civitai.com/x", "https://civitai.com:8443/x", "https://evil.example/civitai.com",
    })
    void andNowhereElse(String uri) throws Exception {
        // Named, so that nothing but the tokens is decided here.
        Set<String> named = Set.of("cdn.huggingface.co", "hf.co", "huggingface.co:444", "huggingface.co", "evilhuggingface.co",
                "civitai.com.evil.example", "civitai.com", "civitai.com:8443", "evil.example");
        LoraServers all = new LoraServers(servers.hub(), servers.hubToken(), servers.civitai(), servers.civitaiToken(), named, true);
        assertTokens(all, uri, false, false);
    }

    @Test
    void aMirrorTakesThePlaceOfItsSiteAndSeesItsToken() throws Exception {
        LoraServers mirrored = servers("http://10.0.0.5:8080/hf/", "https://mirror.example/c");
        URI hub = mirrored.located(URI.create("https://hf.co/o/n/resolve/main/x%20y.safetensors?download=true"));
        assertEquals("http://10.0.0.5:8080/hf/o/n/resolve/main/x%20y.safetensors?download=true", hub.toString());
        assertTokens(mirrored, hub.toString(), true, false);
        URI civitai = mirrored.located(URI.create("https://civitai.com/api/download/models/1"));
        assertEquals("https://mirror.example/c/api/download/models/1", civitai.toString());
        assertTokens(mirrored, civitai.toString(), false, true);
        assertEquals("https://cdn.huggingface.co/x", mirrored.located(URI.create("https://cdn.huggingface.co/x")).toString());
    }

    @Test
    void aTokenInTheAddressIsNotJoinedByAnother() throws Exception {
        assertEquals("https://civitai.com/x?token=mine", servers.request(URI.create("https://civitai.com/x?token=mine")).build().uri().toString());
    }

    @Test
    void behindAProxyNamesAreNotLookedUpHereButPrivateAddressesStayClosed() throws Exception {
        LoraServers proxied =
                new LoraServers(servers.hub(), servers.hubToken(), servers.civitai(), servers.civitaiToken(), Set.of(), false);
        assertEquals("https://nowhere.invalid/x", proxied.request(URI.create("https://nowhere.invalid/x")).build().uri().toString());
        for (String inner : new String[] {"https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x", "https://printer/x"}) {
            assertThrows(DownloadException.class, () -> proxied.request(URI.create(inner)), inner);
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
        "https://a.example/x?token=t, https://a.example/x", "https://a.example/x?v=1&API_KEY=t&w=2#f, https://a.example/x?v=1&w=2",
        "https://a.example/x?X-Amz-Signature=s&X-Amz-Credential=c, https://a.example/x", "https://u:p@a.example/x, ''", "not an address, ''",
    })
    void whatIsKeptOfAnAddressHasNoSecret(String given, String kept) {
        assertEquals(kept, WebAddress.withoutSecrets(given));
    }

    private static void assertTokens(LoraServers servers, String uri, boolean hub, boolean civitai) throws DownloadException {
        HttpRequest request = servers.request(URI.create(uri)).build();
        assertEquals(hub, request.headers().firstValue("Authorization").filter("Bearer hub"::equals).isPresent(), uri);
        assertEquals(civitai, request.uri().toString().endsWith("?token=civ"), uri);
        assertEquals(civitai, request.uri().toString().contains("civ&") || request.uri().toString().contains("=civ"), uri);
        assertEquals(hub, request.headers().map().containsKey("Authorization"), uri);
    }

    private static LoraServers servers(String hub, String civitai) {
        return new LoraServers(
                URI.create(hub), () -> Optional.of("hub"), URI.create(civitai), () -> Optional.of("civ"), Set.of(), true);
    }
}

package dev.caravan.api.assets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.api.ApiError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssetFolderTest {

    @TempDir
    private Path home;

    private Path root;
    private AssetFolder folder;

    @BeforeEach
    void folder() throws IOException {
        home = home.toRealPath();
        root = home.resolve("assets");
        folder = new AssetFolder(root, 50 << 20);
        Files.writeString(home.resolve("secret.png"), "secret");
    }

    @Test
    void aStoredFileIsListedWithEverythingAClientNeeds() throws IOException {
        Asset asset = put("ref images/cat.PNG", 150_000);

        assertEquals(List.of(asset), folder.list(Optional.empty()));
        assertEquals("cat", asset.json().get("name"));
        assertEquals(root.resolve("ref images/cat.PNG").toString(), asset.json().get("path"));
        assertEquals(0.14, asset.json().get("size_mb"));
        assertEquals("ref images", asset.json().get("folder"));
        assertEquals("image", asset.json().get("type"));
        assertTrue((double) asset.json().get("created_at") > 1.6e9);
    }

    @Test
    void aListCanBeOfOneKindOnly() throws IOException {
        put("a.jpg", 1);
        Asset clip = put("b.webm", 1);
        put("c.flac", 1);
        Files.writeString(root.resolve("notes.txt"), "not an asset");

        assertEquals(List.of(clip), folder.list(AssetKind.named("video")));
        assertEquals(3, folder.list(AssetKind.named("anything")).size());
    }

    @Test
    void aFileThatIsThereAlreadyIsReplaced() throws IOException {
        put("a.png", 10);
        put("a.png", 20);

        assertEquals(List.of(20L), folder.list(Optional.empty()).stream().map(Asset::bytes).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../x.png", "/etc/x.png", "a/../../x.png", "..\\x.png", "a\u0000.png", "./.png", "d/.hidden.png", "\n.png"})
    void aNameThatLeavesTheFolderOrHidesInItIsRefused(String name) {
        ApiError refused = assertThrows(ApiError.class, () -> folder.target(name));

        assertEquals(400, refused.status());
        assertEquals("Invalid filename", refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.exe", "x", "x.png.sh", ""})
    void anUnknownExtensionIsRefusedWithTheOnesThatAreTaken(String name) {
        ApiError refused = assertThrows(ApiError.class, () -> folder.target(name));

        assertTrue(refused.getMessage().startsWith("Invalid file type. Allowed types: .png, .jpg, "), refused.getMessage());
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        put("a.png", 1);

        assertThrows(ApiError.class, () -> folder.target("a.png/b.png"));
    }

    @Test
    void nothingIsReadListedOrWrittenThroughALinkThatLeadsOut() throws IOException {
        Files.createSymbolicLink(root.resolve("link.png"), home.resolve("secret.png"));
        Files.createSymbolicLink(root.resolve("out"), home);

        assertEquals(List.of(), folder.list(Optional.empty()));
        assertEquals(403, assertThrows(ApiError.class, () -> folder.find("link.png")).status());
        assertEquals(403, assertThrows(ApiError.class, () -> folder.find("out/secret.png")).status());
        assertThrows(ApiError.class, () -> folder.target("out/new.png"));
    }

    @Test
    void storingThroughALinkReplacesTheLinkAndNotWhatItPointsTo() throws IOException {
        Files.createSymbolicLink(root.resolve("link.png"), home.resolve("secret.png"));

        put("link.png", 3);

        assertEquals("secret", Files.readString(home.resolve("secret.png")));
        assertFalse(Files.isSymbolicLink(root.resolve("link.png")));
    }

    @Test
    void aLinkThatStaysInsideIsFollowed() throws IOException {
        put("real/a.png", 1);
        Files.createSymbolicLink(root.resolve("alias"), root.resolve("real"));

        assertEquals(root.resolve("alias/a.png"), folder.find("alias/a.png"));
    }

    @Test
    void aLinkToItsOwnFolderDoesNotHideTheOthers() throws IOException {
        put("a.png", 1);
        Files.createSymbolicLink(root.resolve("loop"), root);

        assertEquals(1, folder.list(Optional.empty()).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret.png", "a/../../secret.png", "..\\secret.png"})
    void aPathOutOfTheFolderIsForbidden(String path) {
        assertEquals(403, assertThrows(ApiError.class, () -> folder.find(path)).status());
    }

    @Test
    void ofAnAbsolutePathOnlyTheNameCounts() throws IOException {
        put("a.png", 1);

        assertEquals(root.resolve("a.png"), folder.find("/somewhere/else/a.png"));
        assertEquals(root.resolve("a.png"), folder.find("root/assets/a.png"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none.png", "notes.txt", "sub"})
    void whatIsNoAssetIsNotFound(String path) throws IOException {
        Files.writeString(root.resolve("notes.txt"), "not an asset");
        Files.createDirectories(root.resolve("sub"));

        ApiError missing = assertThrows(ApiError.class, () -> folder.find(path));

        assertEquals(404, missing.status());
        assertEquals("Asset not found", missing.getMessage());
    }

    @Test
    void theNewestComesFirst() throws IOException {
        Path old = put("old.png", 1).path();
        Path young = put("young.png", 1).path();
        age(old, 1_000);
        age(young, 2_000);

        // Where the file system has no birth times the modification time stands in for them; where it has, they cannot be set.
        List<Long> created = folder.list(Optional.empty()).stream().map(Asset::createdMillis).toList();
        assertTrue(created.get(0) >= created.get(1), created.toString());
    }

    private static void age(Path file, long millis) throws IOException {
        FileTime time = FileTime.fromMillis(millis);
        Files.getFileAttributeView(file, BasicFileAttributeView.class).setTimes(time, time, time);
    }

    private Asset put(String name, int bytes) throws IOException {
        Path target = folder.target(name);
        Path partial = folder.newPartial();
        Files.write(partial, new byte[bytes]);
        return folder.store(partial, target);
    }
}

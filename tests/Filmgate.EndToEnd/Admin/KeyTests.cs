using System.Text;
using System.Text.Json;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Admin;

[Collection(nameof(PausedGateway))]
public sealed class KeyTests(PausedGateway gateway)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("live")]
    [InlineData("test")]
    public async Task A_key_works_from_its_creation_on_and_its_secret_is_shown_there_alone(string kind)
    {
        var account = await gateway.NewAccountAsync();

        var made = await gateway.AdminAsync($"POST accounts/{account}/keys", $$"""{"name":"render farm","kind":"{{kind}}"}""");

        var (id, secret) = (made.Text("id"), made.Text("secret"));
        Assert.Equal((200, "no-store"), (made.Status, made.CacheControl));
        Assert.StartsWith($"fg_{kind}_", secret, StringComparison.Ordinal);
        Assert.Equal(200, (await gateway.BalanceAsync(secret)).Status);
        foreach (var read in new[] { $"GET keys/{id}", $"GET accounts/{account}/keys", "GET audit", "GET accounts" })
        {
            Assert.DoesNotContain(secret[12..], (await gateway.AdminAsync(read)).Body, StringComparison.Ordinal);
        }

        var listed = Assert.Single((await gateway.AdminAsync($"GET accounts/{account}/keys")).Data.GetProperty("keys").EnumerateArray());
        Assert.Equal(
            ["id", "account_id", "kind", "name", "prefix", "created_at", "last_used_at", "expires_at", "revoked_at", "allowed_networks"],
            listed.EnumerateObject().Select(member => member.Name));
        Assert.Equal((id, account, kind, "render farm", secret[..12]), (Of("id"), Of("account_id"), Of("kind"), Of("name"), Of("prefix")));

        string? Of(string name) => listed.GetProperty(name).GetString();
    }

    [Fact]
    public async Task The_pair_of_a_key_is_shown_with_its_secret_and_dies_with_it()
    {
        var account = await gateway.NewAccountAsync();

        var made = await gateway.AdminAsync($"POST accounts/{account}/keys", """{"name":"signs","kind":"test"}""");
        var rotated = await gateway.AdminAsync($"POST keys/{made.Text("id")}/rotate", """{"overlap_seconds":604800}""");

        Assert.Equal((made.Text("id"), rotated.Text("id")), (made.Text("access_key"), rotated.Text("access_key")));
        Assert.NotEqual(made.Text("secret_key"), rotated.Text("secret_key"));
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", made.Text("webhook_secret"));
        Assert.Equal(made.Text("webhook_secret"), rotated.Text("webhook_secret"));
        foreach (var read in new[] { $"GET keys/{made.Text("id")}", $"GET accounts/{account}/keys", "GET audit" })
        {
            Assert.DoesNotContain(made.Text("secret_key"), (await gateway.AdminAsync(read)).Body, StringComparison.Ordinal);
        }

        Assert.Equal(200, await ListAsync(made.Text("secret_key")));
        Assert.Equal(401, await ListAsync(rotated.Text("secret_key")));
        await gateway.AdminAsync($"POST keys/{made.Text("id")}/revoke");
        Assert.Equal(401, await ListAsync(made.Text("secret_key")));

        async Task<int> ListAsync(string secretKey)
        {
            var payload = $$"""{"iss":"{{made.Text("access_key")}}","exp":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 1800}}}""";
            var signed = $"{Part("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Part(Encoding.UTF8.GetBytes(payload))}";
            var signature = System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(secretKey), Encoding.ASCII.GetBytes(signed));
            return (await gateway.SendAsync("GET", "/kling/v1/videos/text2video", null, $"{signed}.{Part(signature)}")).Status;
        }

        static string Part(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }

    [Fact]
    public async Task An_admin_key_owns_no_tasks_and_has_no_pair()
    {
        var made = await gateway.AdminAsync("POST keys", """{"name":"on call"}""");
        Assert.False(made.Data.TryGetProperty("access_key", out _));
        Assert.False(made.Data.TryGetProperty("webhook_secret", out _));
    }

    [Fact]
    public async Task A_mistyped_key_is_refused()
    {
        var (_, secret) = await gateway.NewKeyAsync(await gateway.NewAccountAsync());

        foreach (var wrong in new[] { secret[..^1] + (secret[^1] == 'x' ? 'y' : 'x'), secret[..^1], secret + "x", secret.ToUpperInvariant(), "fg_live_", "" })
        {
            Assert.Equal(401, (await gateway.BalanceAsync(wrong)).Status);
        }
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_and_stays_in_the_list()
    {
        var account = await gateway.NewAccountAsync();
        var (id, secret) = await gateway.NewKeyAsync(account, "test");
        var task = (await gateway.CreateAsync(secret)).Text("taskId");
        Assert.Equal(200, (await StatusAsync()).Status);

        var revoked = await gateway.AdminAsync($"POST keys/{id}/revoke");

        Assert.Equal(200, revoked.Status);
        Assert.Equal(401, (await StatusAsync()).Status);
        Assert.NotEqual(JsonValueKind.Null, revoked.Data.GetProperty("revoked_at").ValueKind);
        Assert.Equal(revoked.Body, (await gateway.AdminAsync($"POST keys/{id}/revoke")).Body);
        Assert.Single((await gateway.AdminAsync($"GET accounts/{account}/keys")).Data.GetProperty("keys").EnumerateArray());
        Assert.Equal(409, (await gateway.AdminAsync($"POST keys/{id}/rotate")).Status);

        Task<Told> StatusAsync() => gateway.SendAsync("GET", $"/api/v1/statusTask/kling-2-1?taskId={task}", null, secret);
    }

    [Fact]
    public async Task An_expired_key_is_refused()
    {
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(1.5);
        var (id, secret) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(), rest: $$""","expires_at":"{{soon:yyyy-MM-dd'T'HH:mm:ss.fff}}Z" """);

        await Task.Delay(soon - TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(50), Ct);

        Assert.Equal(401, (await gateway.BalanceAsync(secret)).Status);
        Assert.Equal(409, (await gateway.AdminAsync($"POST keys/{id}/rotate")).Status);
    }

    [Fact]
    public async Task A_rotated_key_works_beside_its_successor_until_the_overlap_is_over()
    {
        var account = await gateway.NewAccountAsync();
        var (id, secret) = await gateway.NewKeyAsync(account, rest: ""","allowed_networks":["127.0.0.0/8"]""");

        var rotated = await gateway.AdminAsync($"POST keys/{id}/rotate", """{"overlap_seconds":2}""");

        var successor = rotated.Text("secret");
        Assert.NotEqual(id, rotated.Text("id"));
        Assert.Equal(id, rotated.Data.GetProperty("predecessor").GetProperty("id").GetString());
        Assert.Equal(("live", "a key", account), (rotated.Text("kind"), rotated.Text("name"), rotated.Text("account_id")));
        Assert.Equal("127.0.0.0/8", Assert.Single(rotated.Data.GetProperty("allowed_networks").EnumerateArray()).GetString());
        Assert.Equal((200, 200), ((await gateway.BalanceAsync(secret)).Status, (await gateway.BalanceAsync(successor)).Status));

        await Task.Delay(TimeSpan.FromSeconds(2.1), Ct);

        Assert.Equal((401, 200), ((await gateway.BalanceAsync(secret)).Status, (await gateway.BalanceAsync(successor)).Status));
    }

    [Fact]
    public async Task A_rotation_without_an_overlap_ends_the_old_key_at_once_and_without_a_word_in_a_day()
    {
        var account = await gateway.NewAccountAsync();
        var (first, firstSecret) = await gateway.NewKeyAsync(account);
        var (second, secondSecret) = await gateway.NewKeyAsync(account);
        Assert.Equal(200, (await gateway.BalanceAsync(firstSecret)).Status);

        await gateway.AdminAsync($"POST keys/{first}/rotate", """{"overlap_seconds":0}""");
        var patient = await gateway.AdminAsync($"POST keys/{second}/rotate");

        Assert.Equal((401, 200), ((await gateway.BalanceAsync(firstSecret)).Status, (await gateway.BalanceAsync(secondSecret)).Status));
        var overlap = patient.Data.GetProperty("predecessor").GetProperty("expires_at").GetDateTimeOffset() - patient.Data.GetProperty("created_at").GetDateTimeOffset();
        Assert.Equal(86_400, Math.Round(overlap.TotalSeconds, 1));
    }

    [Fact]
    public async Task A_key_with_an_allow_list_is_refused_from_another_address()
    {
        var (_, secret) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(), rest: ""","allowed_networks":["10.0.0.0/8","127.0.0.1"]""");
        const string Balance = "/api/v1/apikeys/current-balance";

        Assert.Equal(200, (await gateway.SendFromAsync("127.0.0.1", Balance, secret)).Status);
        Assert.Equal(401, (await gateway.SendFromAsync("127.0.0.2", Balance, secret)).Status);
    }

    [Fact]
    public async Task Only_admin_keys_administer_and_an_admin_key_owns_no_tasks()
    {
        var account = await gateway.NewAccountAsync();
        string[] paths = ["GET accounts", "POST accounts", "GET keys", "POST keys", $"GET accounts/{account}", $"PATCH accounts/{account}", $"GET accounts/{account}/keys",
            $"POST accounts/{account}/keys", $"GET accounts/{account}/ledger", "GET keys/x", "POST keys/x/revoke", "POST keys/x/rotate", "GET spend", "GET audit", "GET doctor"];
        foreach (var kind in new[] { "live", "test" })
        {
            var (_, secret) = await gateway.NewKeyAsync(account, kind);
            foreach (var path in paths)
            {
                var told = await gateway.AdminAsync(path, key: secret);
                Assert.Equal((path, 403), (path, told.Status));
                Assert.Equal("This key may not administer. Use a key that begins with fg_admin_.", told.Message);
            }
        }

        foreach (var path in paths)
        {
            Assert.Equal((path, 401), (path, (await gateway.AdminAsync(path, key: "fg_admin_unknown-and-long-enough")).Status));
        }

        Assert.Equal(401, (await gateway.SendAsync("GET", "/admin/v1/accounts")).Status);
        Assert.Equal(403, (await gateway.BalanceAsync(AdminGateway.AdminKey)).Status);
    }

    [Fact]
    public async Task Admin_keys_are_listed_issued_and_revoked_but_for_the_last_one()
    {
        var (id, secret) = await gateway.NewAdminKeyAsync();
        var all = (await gateway.AdminAsync("GET keys?kind=admin", key: secret)).Data.GetProperty("keys").EnumerateArray().ToList();
        Assert.All(all, key => Assert.Equal(("admin", JsonValueKind.Null), (key.GetProperty("kind").GetString(), key.GetProperty("account_id").ValueKind)));

        // The key of the first start is the one that the other tests need, so it is the one that is left over here.
        foreach (var key in all.Where(key => key.GetProperty("name").GetString() != "admin key"))
        {
            Assert.Equal(200, (await gateway.AdminAsync($"POST keys/{key.GetProperty("id").GetString()}/revoke")).Status);
        }

        Assert.Equal(401, (await gateway.AdminAsync($"GET keys/{id}", key: secret)).Status);
        var last = all.Single(key => key.GetProperty("name").GetString() == "admin key").GetProperty("id").GetString();
        Assert.Equal(409, (await gateway.AdminAsync($"POST keys/{last}/revoke")).Status);
        Assert.Equal(200, (await gateway.AdminAsync($"GET keys/{last}")).Status);
    }

    [Fact]
    public async Task No_secret_is_on_the_disk_or_in_the_log()
    {
        var account = await gateway.NewAccountAsync();
        var (first, secret) = await gateway.NewKeyAsync(account);
        var (_, admin) = await gateway.NewAdminKeyAsync();
        var successor = (await gateway.AdminAsync($"POST keys/{first}/rotate", key: admin)).Text("secret");
        await gateway.CreateAsync(secret);
        await gateway.BalanceAsync(successor);
        await gateway.SendAsync("GET", $"/admin/v1/accounts?key={secret}", null, successor);

        var files = Directory.GetFiles(gateway.DataFolder, "*", SearchOption.AllDirectories);
        Assert.Equal(StoreUnderTest.IsOneFile, files.Any(file => file.EndsWith("-wal", StringComparison.Ordinal)));
        var content = await StoreUnderTest.ContentAsync(gateway.DataFolder);
        Assert.Contains(account, content, StringComparison.Ordinal);
        foreach (var hidden in new[] { secret, admin, successor, AdminGateway.AdminKey })
        {
            foreach (var file in files.Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            {
                Assert.Equal((file, -1), (file, (await File.ReadAllBytesAsync(file, Ct)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(hidden[12..]))));
            }

            Assert.DoesNotContain(hidden[12..], content, StringComparison.Ordinal);
            Assert.DoesNotContain(hidden[12..], gateway.Log, StringComparison.Ordinal);
        }
    }
}

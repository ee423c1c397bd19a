using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.SecretsManager;

namespace ReleaseTools.Sandbox.Tests.SecretsManager;

public sealed class SecretsManagerServiceTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly SecretsManagerService secrets;

    public SecretsManagerServiceTests() => secrets = new(new SandboxWorld(new SandboxOptions { Clock = clock }));

    [Fact]
    public void A_secret_is_described_by_name_ARN_and_ARN_without_suffix_and_never_with_its_value()
    {
        var arn = Invoke("CreateSecret", """{ "Name": "shop/db", "SecretString": "hunter2" }""")["ARN"]!.GetValue<string>();

        foreach (var id in new[] { "shop/db", arn, arn[..^7] })
        {
            var described = Invoke("DescribeSecret", $$"""{ "SecretId": "{{id}}" }""");
            described["ARN"]!.GetValue<string>().ShouldBe(arn);
            described["VersionIdsToStages"]!.AsObject().Single().Value![0]!.GetValue<string>().ShouldBe("AWSCURRENT");
            described.ToJsonString().ShouldNotContain("hunter2");
        }

        secrets.Save().ToJsonString().ShouldNotContain("hunter2");
        Refused("GetSecretValue", """{ "SecretId": "shop/db" }""").ShouldBe("UnknownOperationException");
    }

    [Fact]
    public void A_secret_without_a_value_has_no_version_until_it_gets_one()
    {
        Invoke("CreateSecret", """{ "Name": "empty" }""");
        Invoke("DescribeSecret", """{ "SecretId": "empty" }""").ContainsKey("VersionIdsToStages").ShouldBeFalse();

        Invoke("PutSecretValue", """{ "SecretId": "empty", "SecretString": "x" }""");
        Invoke("DescribeSecret", """{ "SecretId": "empty" }""").ContainsKey("VersionIdsToStages").ShouldBeTrue();
    }

    [Fact]
    public void A_deleted_secret_can_be_restored_until_its_window_ends()
    {
        Invoke("CreateSecret", """{ "Name": "db", "SecretString": "x" }""");
        Invoke("DeleteSecret", """{ "SecretId": "db", "RecoveryWindowInDays": 7 }""");
        Invoke("DescribeSecret", """{ "SecretId": "db" }""").ContainsKey("DeletedDate").ShouldBeTrue();
        Refused("PutSecretValue", """{ "SecretId": "db", "SecretString": "y" }""").ShouldBe("InvalidRequestException");
        Refused("CreateSecret", """{ "Name": "db" }""").ShouldBe("InvalidRequestException");

        Invoke("RestoreSecret", """{ "SecretId": "db" }""");
        Invoke("DescribeSecret", """{ "SecretId": "db" }""").ContainsKey("DeletedDate").ShouldBeFalse();

        Invoke("DeleteSecret", """{ "SecretId": "db", "RecoveryWindowInDays": 7 }""");
        clock.Advance(TimeSpan.FromDays(8));
        Refused("DescribeSecret", """{ "SecretId": "db" }""").ShouldBe("ResourceNotFoundException");
    }

    [Theory]
    [InlineData("CreateSecret", """{ "Name": "a b" }""", "InvalidParameterException")]
    [InlineData("CreateSecret", """{ "Name": "db" }""", "ResourceExistsException")]
    [InlineData("DeleteSecret", """{ "SecretId": "db", "RecoveryWindowInDays": 3 }""", "InvalidParameterException")]
    [InlineData("DescribeSecret", """{ "SecretId": "nope" }""", "ResourceNotFoundException")]
    public void What_AWS_refuses_is_refused(string operation, string request, string code)
    {
        Invoke("CreateSecret", """{ "Name": "db" }""");

        Refused(operation, request).ShouldBe(code);
    }

    [Fact]
    public void Secrets_survive_a_restart()
    {
        Invoke("CreateSecret", """{ "Name": "db", "SecretString": "x" }""");
        var again = new SecretsManagerService(new SandboxWorld(new SandboxOptions { Clock = clock }));
        again.Load(JsonNode.Parse(secrets.Save().ToJsonString())!.AsObject());

        again.Invoke("DescribeSecret", new JsonObject { ["SecretId"] = "db" }).ToJsonString().ShouldBe(Invoke("DescribeSecret", """{ "SecretId": "db" }""").ToJsonString());
    }

    private string Refused(string operation, string request) => Should.Throw<SandboxException>(() => Invoke(operation, request)).Code;

    private JsonObject Invoke(string operation, string request)
    {
        secrets.Advance(clock.GetUtcNow());
        return secrets.Invoke(operation, JsonNode.Parse(request)!.AsObject());
    }
}

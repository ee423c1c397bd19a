using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.Ssm;

namespace ReleaseTools.Sandbox.Tests.Ssm;

public sealed class SsmServiceTests
{
    private readonly SsmService ssm = new(new SandboxWorld(new SandboxOptions { Clock = new FakeTimeProvider() }));

    [Fact]
    public void A_parameter_that_is_there_is_not_overwritten_unasked()
    {
        Put("/lock", "me");

        Should.Throw<SandboxException>(() => Put("/lock", "you")).Code.ShouldBe("ParameterAlreadyExists");

        Put("/lock", "you", """, "Overwrite": true""")["Version"]!.GetValue<long>().ShouldBe(2);
        Invoke("GetParameter", """{ "Name": "/lock", "WithDecryption": true }""")["Parameter"]!["Value"]!.GetValue<string>().ShouldBe("you");
        Invoke("GetParameter", """{ "Name": "/lock:1", "WithDecryption": true }""")["Parameter"]!["Value"]!.GetValue<string>().ShouldBe("me");
    }

    [Fact]
    public void A_secret_is_given_in_clear_only_to_who_asks_for_it_decrypted()
    {
        Put("/secrets/one", "hunter2");

        foreach (var decrypted in new[] { false, true })
        {
            var with = $"\"WithDecryption\": {(decrypted ? "true" : "false")}";
            string[] values =
            [
                Value(Invoke("GetParameter", $$"""{ "Name": "/secrets/one", {{with}} }""")["Parameter"]!),
                Value(Invoke("GetParameters", $$"""{ "Names": ["/secrets/one"], {{with}} }""")["Parameters"]![0]!),
                Value(Invoke("GetParametersByPath", $$"""{ "Path": "/secrets", {{with}} }""")["Parameters"]![0]!),
                Value(Invoke("GetParameterHistory", $$"""{ "Name": "/secrets/one", {{with}} }""")["Parameters"]![0]!),
            ];
            values.Distinct().ShouldHaveSingleItem();
            values[0].Contains("hunter2", StringComparison.Ordinal).ShouldBe(decrypted);
        }

        Value(Invoke("GetParameter", """{ "Name": "/secrets/one" }""")["Parameter"]!).ShouldNotContain("hunter2");

        static string Value(JsonNode parameter) => parameter["Value"]!.GetValue<string>();
    }

    [Fact]
    public void Parameters_are_described_by_name_without_their_values()
    {
        Put("/a", "hunter2");
        Put("/b", "hunter2");

        var described = Invoke("DescribeParameters", """{ "ParameterFilters": [{ "Key": "Name", "Option": "Equals", "Values": ["/b", "/c"] }] }""");

        described["Parameters"]!.AsArray().ShouldHaveSingleItem()!["Name"]!.GetValue<string>().ShouldBe("/b");
        described.ToJsonString().ShouldNotContain("hunter2");
        Invoke("DescribeParameters", "{}")["Parameters"]!.AsArray().Count.ShouldBe(2);
        Should.Throw<SandboxException>(() => Invoke("DescribeParameters", """{ "ParameterFilters": [{ "Key": "Type", "Values": ["String"] }] }""")).Code.ShouldBe("InvalidFilterKey");
    }

    [Fact]
    public void A_version_that_was_asked_for_is_told_as_the_selector()
    {
        Put("/a", "1");

        Invoke("GetParameter", """{ "Name": "/a:1" }""")["Parameter"]!["Selector"]!.GetValue<string>().ShouldBe(":1");
        Invoke("GetParameter", """{ "Name": "/a" }""")["Parameter"]!.AsObject().ContainsKey("Selector").ShouldBeFalse();
    }

    [Theory]
    [InlineData(4096, "Standard", true)]
    [InlineData(4097, "Standard", false)]
    [InlineData(8192, "Advanced", true)]
    [InlineData(8193, "Advanced", false)]
    [InlineData(5000, "Intelligent-Tiering", true)]
    public void A_value_has_the_room_of_its_tier(int length, string tier, bool fits)
    {
        var put = () => Put("/big", new string('x', length), $", \"Tier\": \"{tier}\"");

        if (fits)
            put()["Version"]!.GetValue<long>().ShouldBe(1);
        else
            Should.Throw<SandboxException>(put).Code.ShouldBe("ValidationException");
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("aws/thing")]
    [InlineData("/ssm-thing")]
    [InlineData("half/path")]
    public void A_name_that_aws_refuses_is_refused(string name) =>
        Should.Throw<SandboxException>(() => Put(name, "x")).Code.ShouldBe("ValidationException");

    [Fact]
    public void A_path_gives_its_children_and_when_asked_all_below_in_pages_of_ten()
    {
        for (var i = 0; i < 12; i++)
            Put($"/releases/{i:D2}", "x");
        Put("/releases/deep/er", "x");
        Put("/releases-other", "x");

        var first = Invoke("GetParametersByPath", """{ "Path": "/releases", "Recursive": true }""");
        var second = Invoke("GetParametersByPath", $$"""{ "Path": "/releases", "Recursive": true, "NextToken": "{{first["NextToken"]}}" }""");

        first["Parameters"]!.AsArray().Count.ShouldBe(10);
        second["Parameters"]!.AsArray().Count.ShouldBe(3);
        second.ContainsKey("NextToken").ShouldBeFalse();
        Invoke("GetParametersByPath", $$"""{ "Path": "/releases/", "NextToken": "{{first["NextToken"]}}" }""")["Parameters"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public void The_newest_hundred_versions_are_kept()
    {
        for (var i = 1; i <= 103; i++)
            Put("/v", i.ToString(CultureInfo.InvariantCulture), """, "Overwrite": true""");

        var first = Invoke("GetParameterHistory", """{ "Name": "/v" }""");

        first["Parameters"]![0]!["Version"]!.GetValue<long>().ShouldBe(4);
        first["Parameters"]!.AsArray().Count.ShouldBe(50);
    }

    [Fact]
    public void What_is_not_there_is_told_apart()
    {
        Put("/a", "1");

        Should.Throw<SandboxException>(() => Invoke("GetParameter", """{ "Name": "/b" }""")).Code.ShouldBe("ParameterNotFound");
        var many = Invoke("GetParameters", """{ "Names": ["/a", "/b"] }""");
        many["Parameters"]!.AsArray().Count.ShouldBe(1);
        many["InvalidParameters"]![0]!.GetValue<string>().ShouldBe("/b");
        Invoke("DeleteParameters", """{ "Names": ["/a", "/b"] }""")["DeletedParameters"]!.AsArray().Count.ShouldBe(1);
        Should.Throw<SandboxException>(() => Invoke("DeleteParameter", """{ "Name": "/a" }""")).Code.ShouldBe("ParameterNotFound");
    }

    private JsonObject Put(string name, string value, string more = "") =>
        Invoke("PutParameter", $$"""{ "Name": "{{name}}", "Value": "{{value}}", "Type": "SecureString" {{more}} }""");

    private JsonObject Invoke(string operation, string request) => ssm.Invoke(operation, JsonNode.Parse(request)!.AsObject());
}

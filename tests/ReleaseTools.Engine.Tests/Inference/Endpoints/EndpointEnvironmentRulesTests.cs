using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointEnvironmentRulesTests
{
    [Theory]
    [InlineData("A-B")]
    [InlineData("1A")]
    [InlineData("")]
    [InlineData("A=B")]
    public void A_name_that_SageMaker_does_not_take_is_an_error(string name) => Refused(Setting(name, "v")).ShouldContain($"'{name}' is no name for a variable");

    [Fact]
    public void A_value_that_is_too_long_is_an_error_that_does_not_tell_it()
    {
        var value = new string('ü', 600); // 1,200 bytes
        Refused(Setting("A", value)).ShouldBe("SageMaker would not take the model's environment: the name or the value of 'A' is longer than 1024 bytes.");
    }

    [Fact]
    public void What_is_set_and_removed_is_an_error() => Refused(Setting("A", "1") with { RemoveEnvironment = ["A"] }).ShouldContain("'A' is to be set and to be removed");

    [Fact]
    public void An_empty_value_and_1024_bytes_are_taken()
    {
        EndpointEnvironmentRules.Check(Setting("A", ""));
        EndpointEnvironmentRules.Check(Setting("A", new string('a', 1024)));
    }

    [Theory]
    [InlineData(101, 1, "more than 100 variables")]
    [InlineData(40, 1000, "larger than 32 KB")]
    public void All_of_a_model_s_variables_together_have_a_limit(int count, int size, string why)
    {
        var environment = new JsonObject(Enumerable.Range(1, count).Select(i => KeyValuePair.Create($"V{i}", (JsonNode?)new string('x', size))));
        var model = new JsonObject { ["PrimaryContainer"] = new JsonObject { ["Environment"] = environment } };
        Should.Throw<ReleaseException>(() => EndpointEnvironmentRules.CheckModel(model)).Message.ShouldContain(why);
    }

    private static EndpointChange Setting(string name, string value) => new() { Environment = new Dictionary<string, string> { [name] = value } };

    private static string Refused(EndpointChange change)
    {
        var error = Should.Throw<ReleaseException>(() => EndpointEnvironmentRules.Check(change));
        error.Id.ShouldBe(nameof(Messages.EndpointEnvironmentInvalid));
        return error.Message;
    }
}

using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Infrastructure;

public sealed class TerraformInfrastructureTests : IDisposable
{
    private const string Secret = "hunter-two";

    private const string Configuration = """
        variable "secret" {
          type      = string
          sensitive = true
          default   = "hunter-two"
        }
        resource "terraform_data" "one" {
          input            = "INPUT"
          triggers_replace = "TRIGGER"
        }
        output "region" { value = "eu-west-1" }
        output "web-ui_url" { value = terraform_data.one.output }
        output "count" { value = 3 }
        output "on" { value = true }
        output "absent" { value = null }
        output "names" { value = ["a", { b = "c" }] }
        output "token" {
          value     = var.secret
          sensitive = true
        }
        """;

    private readonly TemporaryDirectory workspace = new();
    private readonly RecordingObserver observer = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task An_apply_writes_the_outputs_to_the_env_file_and_a_second_one_changes_nothing()
    {
        var terraform = Prepare("x", "y");

        var first = await terraform.ApplyAsync(allowDestroy: false, default);
        var written = File.GetLastWriteTimeUtc(first.EnvFile!);
        var second = await terraform.ApplyAsync(allowDestroy: false, default);

        (first.Status, first.Added, first.Changed, first.Destroyed).ShouldBe((InfrastructureStatus.Applied, 1, 0, 0));
        (second.Status, second.Added, second.Changed, second.Destroyed).ShouldBe((InfrastructureStatus.Unchanged, 0, 0, 0));
        File.GetLastWriteTimeUtc(second.EnvFile!).ShouldBe(written);
        var environment = await InfraEnvironmentFile.ReadAsync(first.EnvFile!, default);
        environment.Variables.Select(variable => variable.ToString())
            .ShouldBe(["COUNT=3", """NAMES=["a",{"b":"c"}]""", "ON=true", "REGION=eu-west-1", "TOKEN=********", "WEB_UI_URL=x"]);
        environment.Variables.Single(variable => variable.IsSensitive).Reveal().ShouldBe(Secret);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(first.EnvFile!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        observer.Events.OfType<TerraformProgress>().ShouldHaveSingleItem().ShouldBe(new(first.Directory, 1, 1, "terraform_data.one"));
    }

    [Fact]
    public async Task The_state_is_shown_as_it_was_last_written()
    {
        await Prepare("x", "y").ApplyAsync(allowDestroy: false, default);
        using var state = await Prepare("z", "y").ShowAsync(default);
        state.RootElement.GetProperty("values").GetProperty("root_module").GetProperty("resources")[0].GetProperty("values").GetProperty("input").GetString().ShouldBe("x");
    }

    [Fact]
    public async Task A_plan_changes_nothing()
    {
        var change = await Prepare("x", "y").PlanAsync(default);

        (change.Status, change.Added, change.EnvFile).ShouldBe((InfrastructureStatus.Planned, 1, null));
        File.Exists(workspace.PathOf("infra/terraform.tfstate")).ShouldBeFalse();
        File.Exists(workspace.PathOf("infra/.env")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_plan_that_destroys_is_refused_with_the_addresses_unless_it_is_allowed()
    {
        await Prepare("x", "y").ApplyAsync(allowDestroy: false, default);
        var state = await File.ReadAllTextAsync(workspace.PathOf("infra/terraform.tfstate"));
        var terraform = Prepare("x", "z");

        var refused = await Should.ThrowAsync<ReleaseException>(() => terraform.ApplyAsync(allowDestroy: false, default));

        refused.Id.ShouldBe(nameof(Messages.TerraformDestroysRefused));
        refused.Message.ShouldContain("terraform_data.one (replaced)");
        (await File.ReadAllTextAsync(workspace.PathOf("infra/terraform.tfstate"))).ShouldBe(state);
        (await terraform.ApplyAsync(allowDestroy: true, default)).Destroyed.ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_tells_terraform_s_diagnostics_with_their_place_and_no_sensitive_value()
    {
        var terraform = Prepare("x", "y", """
            resource "terraform_data" "fails" {
              provisioner "local-exec" { command = "echo the token is hunter-two && echo hunter-two >&2 && false" }
            }
            """);

        var failed = await Should.ThrowAsync<ReleaseException>(() => terraform.ApplyAsync(allowDestroy: false, default));

        failed.Id.ShouldBe(nameof(Messages.TerraformFailed));
        failed.Message.ShouldContain("main.tf:");
        failed.Message.ShouldContain("local-exec provisioner error");
        failed.Message.ShouldNotContain(Secret);
        observer.Events.OfType<TerraformOutput>().ShouldContain(output => output.Line.Contains("the token is ********", StringComparison.Ordinal));
        observer.Events.ShouldAllBe(happened => !happened.ToString()!.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_configuration_that_is_wrong_fails_with_the_reason() =>
        (await Should.ThrowAsync<ReleaseException>(() => Prepare("x", "y", "output \"wrong\" { value = nothing.there }").PlanAsync(default)))
            .Message.ShouldContain("main.tf:");

    [Fact]
    public async Task A_stop_interrupts_terraform_which_ends_cleanly_and_gives_its_lock_back()
    {
        using var stop = new CancellationTokenSource();
        observer.Heard = happened =>
        {
            if (happened is TerraformOutput { Line: var line } && line.Contains("begun", StringComparison.Ordinal))
                stop.Cancel();
        };
        var terraform = Prepare("x", "y", """
            resource "terraform_data" "slow" {
              provisioner "local-exec" { command = "echo begun; sleep 60" }
            }
            """);

        await Should.ThrowAsync<OperationCanceledException>(() => terraform.ApplyAsync(allowDestroy: false, stop.Token));

        File.Exists(workspace.PathOf("infra/.terraform.tfstate.lock.info")).ShouldBeFalse();
        var waited = observer.Events.OfType<StopTakesTime>().ShouldHaveSingleItem();
        waited.Message.ShouldStartWith("terraform finishes what it is applying");
        waited.Longest.ShouldBeGreaterThan(TerraformCli.Grace);
        File.Exists(workspace.PathOf("infra/terraform.tfstate")).ShouldBeTrue();
    }

    [Fact]
    public void A_machine_without_terraform_is_told_so() =>
        Should.Throw<ReleaseException>(() => TerraformCli.Find(
            new() { Directory = workspace.Root }, new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = workspace.Root }, observer, TimeProvider.System))
            .Id.ShouldBe(nameof(Messages.TerraformNotFound));

    [Fact]
    public async Task A_wrapper_that_loses_exit_codes_and_adds_lines_of_its_own_hides_neither_changes_nor_outputs()
    {
        var wrapped = await Prepare("x", "y", wrapper: """
            echo "[command]terraform $*"
            "$real" "$@"
            code=$?
            echo "::debug::{ terraform }"
            [ $code = 2 ] && exit 0
            exit $code
            """).ApplyAsync(allowDestroy: false, default);

        (wrapped.Status, wrapped.Added).ShouldBe((InfrastructureStatus.Applied, 1));
        (await InfraEnvironmentFile.ReadAsync(wrapped.EnvFile!, default)).Variables.ShouldContain(variable => variable.ToString() == "REGION=eu-west-1");
    }

    [Fact]
    public async Task The_plan_file_with_its_sensitive_values_is_gone_once_terraform_has_read_it()
    {
        bool? isThere = null;
        observer.Heard = happened =>
        {
            if (happened is TerraformOutput { Line: var line } && line.Contains("begun", StringComparison.Ordinal))
                isThere = File.Exists(File.ReadAllText(workspace.PathOf("plan-file")).Trim());
        };
        var terraform = Prepare(
            "x", "y",
            """
            resource "terraform_data" "slow" {
              provisioner "local-exec" { command = "echo begun" }
            }
            """,
            $"[ $1 = apply ] && for last; do :; done && echo \"$last\" > '{workspace.PathOf("plan-file")}'; exec \"$real\" \"$@\"");

        await terraform.ApplyAsync(allowDestroy: false, default);

        isThere.ShouldBe(false);
    }

    [Fact]
    public async Task A_sensitive_variable_from_the_environment_is_masked_in_a_first_plan_that_fails()
    {
        var terraform = Prepare(
            "x", "y",
            """
            variable "password" {
              type = string
              validation {
                condition     = length(var.password) > 100
                error_message = "'${nonsensitive(var.password)}' is too short."
              }
              sensitive = true
            }
            variable "size" { type = string }
            """,
            "exec \"$real\" \"$@\"",
            ("TF_VAR_password", "correct-horse"), ("TF_VAR_size", "large"));

        var failed = await Should.ThrowAsync<ReleaseException>(() => terraform.PlanAsync(default));

        failed.Message.ShouldContain("'********' is too short.");
        observer.Events.ShouldAllBe(happened => !happened.ToString()!.Contains("correct-horse", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_told_as_that()
    {
        var terraform = Prepare("x", "y", wrapper: "[ $1 = show ] && echo nothing && exit 0; exec \"$real\" \"$@\"");

        (await Should.ThrowAsync<ReleaseException>(() => terraform.PlanAsync(default))).Id.ShouldBe(nameof(Messages.TerraformAnswerUnreadable));
    }

    [Theory]
    [InlineData("import", "\"importing\": { \"id\": \"a\" }", "")]
    [InlineData("moved", "", ", \"previous_address\": \"terraform_data.former\"")]
    public void An_import_and_a_move_are_something_to_apply(string what, string change, string resource)
    {
        var actions = change.Length > 0 ? $"\"actions\": [\"no-op\"], {change}" : "\"actions\": [\"no-op\"]";
        using var shown = System.Text.Json.JsonDocument.Parse($$"""{ "resource_changes": [{ "address": "terraform_data.two", "change": { {{actions}} }{{resource}} }] }""");

        TerraformPlan.Read(shown.RootElement, new SensitiveValues()).HasChanges.ShouldBeTrue(what);
    }

    private TerraformInfrastructure Prepare(string input, string trigger, string more = "", string? wrapper = null, params (string Name, string Value)[] variables)
    {
        Assert.SkipUnless(TerraformCli.IsInstalled(ProcessEnvironment.Variables, out _), "terraform is not installed");
        workspace.Write("infra/main.tf", Configuration.Replace("INPUT", input, StringComparison.Ordinal).Replace("TRIGGER", trigger, StringComparison.Ordinal) + "\n" + more);
        var settings = new TerraformSettings { Directory = workspace.PathOf("infra"), EnvFile = workspace.PathOf("infra/.env") };
        return new(settings, wrapper is null ? ProcessEnvironment.Variables : Wrapped(wrapper, variables), observer, new FakeTimeProvider());
    }

    /// <summary>The environment with a terraform before the real one on PATH.</summary>
    private Dictionary<string, string> Wrapped(string script, (string Name, string Value)[] variables)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the wrapper is a shell script");
        var environment = ProcessEnvironment.Variables.ToDictionary(StringComparer.Ordinal);
        var file = workspace.Write("bin/terraform", $"#!/bin/sh\nreal='{ExecutableLookup.Find("terraform", environment)}'\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (name, value) in variables)
            environment[name] = value;
        environment["PATH"] = $"{Path.GetDirectoryName(file)}:{environment["PATH"]}";
        return environment;
    }

    private sealed class RecordingObserver : IReleaseObserver
    {
        private readonly Lock gate = new();
        private readonly List<ReleaseEvent> events = [];

        public Action<ReleaseEvent>? Heard { get; set; }

        public IReadOnlyList<ReleaseEvent> Events
        {
            get
            {
                lock (gate)
                    return [.. events];
            }
        }

        public void Report(ReleaseEvent happened)
        {
            lock (gate)
                events.Add(happened);
            Heard?.Invoke(happened);
        }
    }
}

using System.Diagnostics;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Hosting;

namespace ReleaseTools.Tests.Hosting;

public sealed class AsyncCommandTests : IDisposable
{
    private readonly WorkSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void What_many_threads_write_all_comes_out_of_the_pipeline()
    {
        using var pipeline = session.Start((command, _) => Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(() => command.Write(number)))));

        pipeline.Invoke().Select(item => (int)item.BaseObject).Order().ShouldBe(Enumerable.Range(0, 50));
    }

    [Fact]
    public void What_work_throws_ends_the_command_with_id_category_target_and_what_to_type_next()
    {
        using var pipeline = session.Start((_, _) => throw ReleaseException.For(nameof(Messages.ServiceNotFound), ErrorKind.NotFound, "web-ui", "web-ui", "main"));

        var error = Should.Throw<RuntimeException>(() => pipeline.Invoke()).ErrorRecord;

        error.FullyQualifiedErrorId.ShouldStartWith("ServiceNotFound,");
        error.CategoryInfo.Category.ShouldBe(ErrorCategory.ObjectNotFound);
        error.TargetObject.ShouldBe("web-ui");
        error.ErrorDetails.RecommendedAction.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void An_item_that_fails_is_an_error_of_its_own_and_the_rest_go_on()
    {
        using var pipeline = session.Start((command, _) =>
        {
            command.WriteError(ReleaseException.For(nameof(Messages.ServiceNotFound), ErrorKind.NotFound, "a", "a", "main"));
            command.Write("b");
            return Task.CompletedTask;
        });

        pipeline.Invoke().ShouldHaveSingleItem().BaseObject.ShouldBe("b");
        pipeline.Streams.Error.ShouldHaveSingleItem().TargetObject.ShouldBe("a");
    }

    [Fact]
    public void ErrorAction_Stop_ends_work_that_goes_on_elsewhere()
    {
        var ended = new TaskCompletionSource();
        using var pipeline = session.Start(
            async (command, cancelled) =>
            {
                command.WriteError(new InvalidOperationException("first"));
                try
                {
                    await Task.Delay(Timeout.Infinite, cancelled);
                }
                finally
                {
                    ended.SetResult();
                }
            },
            "Invoke-Work $args[0] -ErrorAction Stop");

        Should.Throw<ActionPreferenceStopException>(() => pipeline.Invoke()).ErrorRecord.Exception.Message.ShouldBe("first");
        ended.Task.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void An_error_downstream_ends_the_work_and_is_the_one_that_is_reported()
    {
        using var pipeline = session.Start(
            async (command, cancelled) =>
            {
                command.Write(1);
                await Task.Delay(Timeout.Infinite, cancelled);
            },
            "Invoke-Work $args[0] | ForEach-Object { throw 'downstream' }");

        Should.Throw<RuntimeException>(() => pipeline.Invoke()).Message.ShouldBe("downstream");
    }

    [Fact]
    public void ShouldProcess_asked_by_a_worker_says_no_under_WhatIf()
    {
        using var pipeline = session.Start(
            async (command, _) => command.Write(await Task.Run(() => command.ShouldProcessAsync("web-ui", "Roll out"))), "Invoke-Work $args[0] -WhatIf");

        pipeline.Invoke().ShouldHaveSingleItem().BaseObject.ShouldBe(false);
        session.Host.Lines.ShouldContain(line => line.Contains("\"Roll out\" on target \"web-ui\"", StringComparison.Ordinal));
    }

    [Fact]
    public void An_exception_in_a_question_is_carried_back_to_the_worker_that_asked()
    {
        Exception? carried = null;
        using var pipeline = session.Start(async (command, _) =>
        {
            try
            {
                await command.ShouldProcessAsync("web-ui", "Delete");
            }
            catch (Exception exception)
            {
                carried = exception;
                throw;
            }
        },
        "try { Invoke-Work $args[0] -Confirm } catch { throw }");

        Should.Throw<RuntimeException>(() => pipeline.Invoke());
        carried.ShouldNotBeNull(); // the host of these tests cannot prompt
    }

    [Fact]
    public async Task Stopping_ends_a_command_within_a_second_while_a_server_does_not_answer()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var url = $"http://{silent.LocalEndpoint}/";
        using var pipeline = session.Start(async (_, cancelled) =>
        {
            using var client = new HttpClient();
            await client.GetStringAsync(new Uri(url), cancelled);
        });

        var running = pipeline.BeginInvoke();
        using var accepted = await silent.AcceptTcpClientAsync();
        var watch = Stopwatch.StartNew();
        pipeline.Stop();

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
        Should.Throw<PipelineStoppedException>(() => pipeline.EndInvoke(running));
        pipeline.InvocationStateInfo.State.ShouldBe(PSInvocationState.Stopped);
    }

    [Fact]
    public async Task What_was_left_running_is_said_after_a_stop()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var pipeline = session.Start(async (command, cancelled) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancelled);
            }
            finally
            {
                command.Warn("the deployment goes on at ECS");
            }
        });

        var running = pipeline.BeginInvoke();
        await started.Task;
        pipeline.Stop();

        Should.Throw<PipelineStoppedException>(() => pipeline.EndInvoke(running));
        session.Host.Lines.ShouldContain("WARNING: the deployment goes on at ECS");
    }

    [Fact]
    public async Task What_each_of_five_left_running_is_said_though_progress_can_no_longer_be_drawn()
    {
        string[] services = ["a", "b", "c", "d", "e"];
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var pipeline = session.Start(async (command, cancelled) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancelled);
            }
            finally
            {
                foreach (var service in services)
                {
                    command.Observer.Report(new DeploymentProgress(service, "ecs-svc/1", "IN_PROGRESS", 2, 1, 1, 0, TimeSpan.Zero));
                    command.Observer.Report(new LeftRunning(service, "The deployment goes on."));
                }
            }
        });

        var running = pipeline.BeginInvoke();
        await started.Task;
        pipeline.Stop();

        Should.Throw<PipelineStoppedException>(() => pipeline.EndInvoke(running));
        session.Host.Lines.Where(line => line.EndsWith("The deployment goes on.", StringComparison.Ordinal)).ShouldBe(services.Select(service => $"{service}: The deployment goes on."));
    }

    [Fact]
    public void What_was_left_running_is_said_when_downstream_ends_the_work()
    {
        using var pipeline = session.Start(
            async (command, cancelled) =>
            {
                command.Write(1);
                try
                {
                    await Task.Delay(Timeout.Infinite, cancelled);
                }
                finally
                {
                    command.Observer.Report(new LeftRunning("web-ui", "The deployment goes on."));
                }
            },
            "Invoke-Work $args[0] | ForEach-Object { throw 'downstream' }");

        Should.Throw<RuntimeException>(() => pipeline.Invoke());
        session.Host.Lines.ShouldContain("web-ui: The deployment goes on.");
    }

    [Fact]
    public async Task Work_that_needs_time_to_end_well_says_so_at_once_and_is_waited_for()
    {
        var clock = new FakeTimeProvider();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lockGivenBack = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var pipeline = session.Start(
            async (command, cancelled) =>
            {
                await using var stopped = cancelled.Register(() => command.Observer.Report(new StopTakesTime("infra", "terraform finishes.", TimeSpan.FromMinutes(2))));
                started.SetResult();
                await lockGivenBack.Task;
                command.Observer.Report(new LeftRunning("infra", "The lock is given back."));
                cancelled.ThrowIfCancellationRequested();
            },
            clock: clock);

        var running = pipeline.BeginInvoke();
        await started.Task;
        var stopping = pipeline.BeginStop(callback: null, state: null);
        while (!session.Host.Lines.Contains("WARNING: infra: terraform finishes."))
            await Task.Yield();
        clock.Advance(TimeSpan.FromMinutes(1));
        lockGivenBack.SetResult();
        pipeline.EndStop(stopping);

        Should.Throw<PipelineStoppedException>(() => pipeline.EndInvoke(running));
        session.Host.Lines.ShouldContain("infra: The lock is given back.");
    }

    [Fact]
    public async Task Work_that_does_not_listen_is_left_behind_after_the_grace_period()
    {
        var clock = new FakeTimeProvider();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var deaf = new TaskCompletionSource();
        using var pipeline = session.Start(
            async (_, _) =>
            {
                started.SetResult();
                await deaf.Task;
            },
            clock: clock);

        var running = pipeline.BeginInvoke();
        await started.Task;
        var stopping = pipeline.BeginStop(callback: null, state: null);
        running.IsCompleted.ShouldBeFalse();
        while (!running.IsCompleted)
        {
            clock.Advance(PipelinePump.Grace);
            await Task.Yield();
        }

        pipeline.EndStop(stopping);
        Should.Throw<PipelineStoppedException>(() => pipeline.EndInvoke(running));
        deaf.SetResult();
    }

    [Fact]
    public void A_cancellation_that_the_user_did_not_ask_for_is_an_error()
    {
        using var pipeline = session.Start((_, _) => throw new TaskCanceledException("the client gave up"));

        Should.Throw<RuntimeException>(() => pipeline.Invoke()).Message.ShouldBe("the client gave up");
    }

    [Fact]
    public void Writing_after_the_end_does_nothing()
    {
        CommandPipeline? kept = null;
        using var pipeline = session.Start((command, _) =>
        {
            kept = command;
            return Task.CompletedTask;
        });
        pipeline.Invoke();

        Should.NotThrow(() => kept!.Write("late"));
        Should.Throw<OperationCanceledException>(() => kept!.ShouldProcessAsync("a", "b"));
    }
}

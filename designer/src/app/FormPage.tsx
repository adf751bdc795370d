import { Alert, Button, Result } from "antd"
import { useState } from "react"
import { useTranslation } from "react-i18next"
import { useParams } from "react-router"
import { useAct } from "@/api/act"
import { sentenceOf } from "@/api/Fault"
import { Loaded } from "@/api/Loaded"
import { Problem } from "@/api/problem"
import { useRead } from "@/api/queries"
import type { FormShown } from "@/api/types"
import { Door } from "@/app/Door"
import { SchemaForm } from "@/forms/SchemaForm"
import { defaultsOf, type FormSchema } from "@/forms/schema"

/** A form that starts a flow; where it is public, nobody has to sign in. */
export function FormPage() {
  const { flow = "", node = "" } = useParams()
  const query = useRead("read_form", { path: { flow, node } })
  return <Loaded query={query}>{(form) => <Filled form={form} />}</Loaded>
}

function Filled({ form }: { form: FormShown }) {
  const { t } = useTranslation()
  const [values, setValues] = useState<unknown>(() => defaultsOf(form.schema as FormSchema) ?? {})
  const submit = useAct("submit_form", { quiet: true })
  const items = submit.error instanceof Problem ? submit.error.items : []
  const problems = items
    .filter((each) => each.path.startsWith("/values/"))
    .map((each) => ({ ...each, path: each.path.slice("/values".length) }))
  if (submit.isSuccess)
    return (
      <Door title={form.title}>
        <Result status="success" title={t("publicForm.done")} subTitle={t("publicForm.thanks")} />
      </Door>
    )
  return (
    <Door title={form.title}>
      <SchemaForm
        schema={form.schema}
        value={values}
        onChange={setValues}
        problems={problems}
        onSubmit={(given) =>
          submit.mutate({
            path: { flow: form.flow, node: form.node },
            body: { values: given as Record<string, unknown> },
          })
        }
      >
        {submit.error && problems.length === 0 && (
          <Alert type="error" showIcon className="section-head" title={sentenceOf(submit.error)} />
        )}
        <Button
          type="primary"
          size="large"
          block
          htmlType="submit"
          className="section-head"
          loading={submit.isPending}
        >
          {t("publicForm.submit")}
        </Button>
      </SchemaForm>
    </Door>
  )
}

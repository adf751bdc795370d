import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons"
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps } from "@rjsf/utils"
import { Button, Flex } from "antd"
import { useTranslation } from "react-i18next"

/** A list: numbered cards with their own buttons, and one button below for a new one. */
export function ArrayFieldTemplate(props: ArrayFieldTemplateProps) {
  const { t } = useTranslation()
  const isFixed = props.readonly || props.disabled
  return (
    <fieldset className="field-list">
      <legend>
        {props.title}
        {props.required && <span className="field-needed">*</span>}
      </legend>
      {props.schema.description && <div className="field-help">{props.schema.description}</div>}
      {props.items}
      {(props.rawErrors?.length ?? 0) > 0 && (
        <div className="field-fault" role="alert">
          {props.rawErrors?.join(t("forms.and"))}
        </div>
      )}
      {props.canAdd && !isFixed && (
        <Button type="dashed" block icon={<PlusOutlined />} onClick={props.onAddClick}>
          {t("forms.add", { what: props.title })}
        </Button>
      )}
    </fieldset>
  )
}

export function ArrayFieldItemTemplate(props: ArrayFieldItemTemplateProps) {
  const { t } = useTranslation()
  const { buttonsProps, index } = props
  const number = { number: index + 1 }
  return (
    <section className="field-item" aria-label={t("forms.item", number)}>
      <Flex justify="space-between" align="center" className="field-item-head">
        <span>{index + 1}</span>
        {props.hasToolbar && !props.readonly && !props.disabled && (
          <Flex>
            <Button
              type="text"
              size="small"
              icon={<ArrowUpOutlined />}
              aria-label={t("forms.moveUp", number)}
              disabled={!buttonsProps.hasMoveUp}
              onClick={buttonsProps.onMoveUpItem}
            />
            <Button
              type="text"
              size="small"
              icon={<ArrowDownOutlined />}
              aria-label={t("forms.moveDown", number)}
              disabled={!buttonsProps.hasMoveDown}
              onClick={buttonsProps.onMoveDownItem}
            />
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t("forms.remove", number)}
              disabled={!buttonsProps.hasRemove}
              onClick={buttonsProps.onRemoveItem}
            />
          </Flex>
        )}
      </Flex>
      {props.children}
    </section>
  )
}
